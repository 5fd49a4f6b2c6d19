using Hoop.Audit.Chain.Log;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>
/// What retention took from a session, as the bundle's tombstones say: stretches of events that left with one partition each. Nearly always one stretch from
/// event 0 on; more where a clock went back over the end of a week. A tombstone does not forbid its events to be there: the drop may not have come yet.
/// </summary>
internal sealed class DroppedRuns
{
    private readonly Dictionary<long, DroppedRun> byFirst = [];

    public DroppedRuns(IEnumerable<(long Index, LogEntry Entry)> entries, string? session)
    {
        foreach (var (index, tombstone) in entries)
            if (tombstone.Kind == LogEntry.Tombstone && tombstone.Session == session && (!byFirst.TryGetValue(tombstone.First!.Value, out var known) || known.Last < tombstone.Sequence))
                byFirst[tombstone.First.Value] = new DroppedRun(index, tombstone.First.Value, tombstone.Sequence, tombstone.Hash, tombstone.Reason!, tombstone.At!.Value);
    }

    /// <summary>The stretch that begins with this event; null when none does.</summary>
    public DroppedRun? At(long sequence) => byFirst.TryGetValue(sequence, out var run) && run.Last >= sequence ? run : null;

    public DroppedRun? Covering(long sequence) => byFirst.Values.FirstOrDefault(run => run.First <= sequence && sequence <= run.Last);

    /// <summary>The event that must come at this place, behind everything that was dropped there.</summary>
    public long Next(long sequence)
    {
        while (At(sequence) is { } run)
            sequence = run.Last + 1;
        return sequence;
    }

    /// <summary>Those whose events are not among these.</summary>
    public IReadOnlyList<DroppedRun> MissingFrom(IReadOnlyList<EventLine> events)
    {
        var present = events.Where(e => e.Readable).Select(e => e.Sequence).ToHashSet();
        return [.. byFirst.Values.Where(run => !present.Contains(run.First)).OrderBy(run => run.First)];
    }
}

/// <summary>Events of a session that retention dropped, and the log's leaf that says so.</summary>
/// <param name="Tombstone">Index of the leaf.</param>
/// <param name="Hash">Of the last event that was dropped: what stands behind it continues it.</param>
/// <param name="Rule">By which rule, with which partition.</param>
public sealed record DroppedRun(long Tombstone, long First, long Last, string Hash, string Rule, DateTimeOffset At);
