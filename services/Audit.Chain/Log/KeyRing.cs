namespace Hoop.Audit.Chain.Log;

/// <summary>The keys that signed one log, each in its own time: after a head that a later key signed, an earlier one signs nothing any more. Who stole an old key can add nothing with it.</summary>
/// <param name="current">SubjectPublicKeyInfo, base64.</param>
/// <param name="former">Those before it, the oldest first.</param>
public sealed class KeyRing(string current, params IReadOnlyList<string> former)
{
    private readonly string[] keys = [.. former, current];

    /// <summary>Sizes of the log over which each key signed: the least and the greatest.</summary>
    private readonly (long First, long Last)[] spans = [.. Enumerable.Repeat((long.MaxValue, long.MinValue), former.Count + 1)];

    /// <summary>Null when one of the keys signed the head, in its time. Heads may come in any order, and more than once.</summary>
    /// <param name="by">Which of them; null: any.</param>
    public string? Problem(TreeHead head, string? by = null)
    {
        var signer = Array.FindLastIndex(keys, key => (by is null || by == key) && head.IsSignedBy(key));
        if (signer < 0)
            return by is null || keys.Contains(by) ? "its signature does not match" : "another key signed it";
        spans[signer] = (Math.Min(spans[signer].First, head.Size), Math.Max(spans[signer].Last, head.Size));
        for (var i = 0; i < keys.Length; i++)
            if (i < signer && spans[i].Last > spans[signer].First || i > signer && spans[i].First < spans[signer].Last)
                return "a former key signed it, or a smaller one was signed by the key after it";
        return null;
    }
}
