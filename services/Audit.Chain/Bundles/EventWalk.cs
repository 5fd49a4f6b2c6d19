namespace Hoop.Audit.Chain.Bundles;

/// <summary>Walks the event lines as a chain and names the first that is not as it was.</summary>
internal static class EventWalk
{
    /// <summary>Null when every event is there, once, in order, unchanged and linked to the one before, or was dropped with a tombstone.</summary>
    public static VerifyResult? FirstProblem(IReadOnlyList<EventLine> lines, DroppedRuns dropped)
    {
        var (expected, head) = (0L, EventHash.None);
        foreach (var line in lines)
        {
            while (line.Sequence != expected && dropped.At(expected) is { } run)
                (expected, head) = (run.Last + 1, run.Hash);
            var problem = Problem(line, expected, head, lines);
            if (problem is not null)
                return problem;
            (expected, head) = (expected + 1, line.Hash);
        }

        return null;
    }

    private static VerifyResult? Problem(EventLine line, long expected, string head, IReadOnlyList<EventLine> lines)
    {
        if (!line.Readable)
            return Bad(expected, $"{line.Describe(expected)} was changed: the line is not an event as Hoop writes it");
        if (!line.HashMatches)
            return Changed(line, expected);
        if (line.Sequence < expected)
            return Bad(line.Sequence, $"{line.Describe(line.Sequence)} was added: line {line.Line} has it a second time");
        if (line.Sequence > expected)
            return OutOfPlace(line, expected, lines);
        return line.PreviousHash == head
            ? null
            : Bad(expected, $"{line.Describe(expected)} does not follow event {expected - 1}: one of the two was replaced");
    }

    private static VerifyResult OutOfPlace(EventLine line, long expected, IReadOnlyList<EventLine> lines)
    {
        if (lines.FirstOrDefault(l => l.Line > line.Line && l.Sequence == expected) is { } moved)
            return Bad(expected, $"{moved.Describe(expected)} was moved: it stands in line {moved.Line}, after {line.Describe(line.Sequence)}");
        var missing = line.Sequence == expected + 1 ? $"event {expected} was removed" : $"events {expected} to {line.Sequence - 1} were removed";
        return Bad(expected, $"{missing}: {line.Describe(line.Sequence)} stands in its place");
    }

    public static VerifyResult Changed(EventLine line, long sequence) => Bad(sequence, $"{line.Describe(sequence)} was changed: its hash does not match its content");

    /// <summary>The event of this place among some that stand in order; null when it is not there.</summary>
    public static EventLine? Find(IReadOnlyList<EventLine> events, long sequence)
    {
        var (low, high) = (0, events.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (events[middle].Sequence == sequence)
                return events[middle];
            (low, high) = events[middle].Sequence < sequence ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    internal static VerifyResult Bad(long? sequence, string message) => new(false, sequence, message);
}
