namespace Hoop.Approval.Requirements;

/// <summary>
/// Gives each slot a person of its own (Kuhn's algorithm). Slots are served in order, and one that was served stays served, so a further
/// person never makes less of what is met.
/// </summary>
internal static class SlotMatching
{
    /// <summary>For each slot the index of its person; -1: nobody is left for it.</summary>
    public static int[] Match(int slots, int people, Func<int, int, bool> fits)
    {
        var slotOf = new int[people];
        Array.Fill(slotOf, -1);
        for (var slot = 0; slot < slots; slot++) TryServe(slot, new bool[people]);

        var personOf = new int[slots];
        Array.Fill(personOf, -1);
        for (var person = 0; person < people; person++)
            if (slotOf[person] >= 0) personOf[slotOf[person]] = person;
        return personOf;

        bool TryServe(int slot, bool[] seen)
        {
            for (var person = 0; person < people; person++)
            {
                if (seen[person] || !fits(slot, person)) continue;
                seen[person] = true;
                if (slotOf[person] >= 0 && !TryServe(slotOf[person], seen)) continue;
                slotOf[person] = slot;
                return true;
            }
            return false;
        }
    }
}
