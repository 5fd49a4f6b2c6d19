using Hoop.Audit.Chain.Log;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>Walks the event lines as a chain and names the first that is not as it was.</summary>
internal static class EventWalk
{
    /// <param name="dropped">The tombstone of the last event that retention dropped; null when none was.</param>
    /// <summary>Null when every event is there, once, in order, unchanged and linked to the one before.</summary>
    public static VerifyResult? FirstProblem(IReadOnlyList<EventLine> lines, LogEntry? dropped)
    {
        var (expected, head) = dropped is null ? (0L, EventHash.None) : (dropped.Sequence + 1, dropped.Hash);
        foreach (var line in lines)
        {
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
            return Bad(expected, $"{line.Describe(expected)} was changed: its hash does not match its content");
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

    internal static VerifyResult Bad(long? sequence, string message) => new(false, sequence, message);
}
