using Hoop.Audit.Chain.Log;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>One session as it is stored, held against what the log says of it: as <see cref="BundleVerifier"/> does, without a bundle.</summary>
public sealed class StoredSession(string session)
{
    private readonly List<EventLine> events = [];

    public string Session => session;
    public long Events => events.Count;

    /// <summary>The last before the first gap; -1 without the first event.</summary>
    public long Contiguous { get; private set; } = -1;

    public string ContiguousHash { get; private set; } = EventHash.None;
    public long LastSequence { get; private set; } = -1;

    public DateTimeOffset FirstAt { get; private set; } = DateTimeOffset.MaxValue;
    public DateTimeOffset LastAt { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>In the order of their sequences.</summary>
    public void Add(JournalEvent e)
    {
        events.Add(new EventLine(events.Count + 1, e.Sequence, e.At, e.Kind, e.PreviousHash, e.Hash, Readable: true, HashMatches: EventHash.Matches(e)));
        LastSequence = Math.Max(LastSequence, e.Sequence);
        (FirstAt, LastAt) = (e.At < FirstAt ? e.At : FirstAt, e.At > LastAt ? e.At : LastAt);
    }

    /// <summary>Null when all is there and as it was.</summary>
    /// <param name="logged">Null when the log does not know the session.</param>
    /// <param name="arrived">Up to here without a gap, says its head: what is missing behind has not come yet.</param>
    public VerifyResult? FirstProblem(LoggedSession? logged, long arrived)
    {
        var entries = logged?.Entries ?? [];
        var (dropped, known) = (new DroppedRuns(entries, session), entries.Select(e => e.Entry.Sequence).Append(arrived).Max());
        Measure(dropped);
        var linked = Contiguous >= known ? events.FindAll(e => e.Sequence <= Contiguous) : events;
        return EventWalk.FirstProblem(linked, dropped)
            ?? events.Where(e => !e.HashMatches).Select(e => EventWalk.Changed(e, e.Sequence)).FirstOrDefault()
            ?? entries.Select(e => Problem(e.Entry, dropped)).FirstOrDefault(problem => problem is not null);
    }

    private VerifyResult? Problem(LogEntry entry, DroppedRuns dropped)
    {
        var found = EventWalk.Find(events, entry.Sequence)?.Hash ?? (dropped.Covering(entry.Sequence) is { } run ? run.Last == entry.Sequence ? run.Hash : entry.Hash : null);
        if (found is null)
            return EventWalk.Bad(Contiguous + 1, $"events {Contiguous + 1} to {entry.Sequence} were removed from the end: the log has the session up to event {entry.Sequence}");
        return found == entry.Hash ? null : EventWalk.Bad(entry.Sequence, $"event {entry.Sequence} or one before it was rewritten: the log has another hash for it");
    }

    /// <summary>Where the events stand that are there or were dropped.</summary>
    private void Measure(DroppedRuns dropped)
    {
        foreach (var e in events)
        {
            Skip(e.Sequence);
            if (e.Sequence == Contiguous + 1)
                (Contiguous, ContiguousHash) = (e.Sequence, e.Hash);
        }

        Skip(long.MaxValue);

        void Skip(long before)
        {
            while (Contiguous + 1 != before && dropped.At(Contiguous + 1) is { } run)
                (Contiguous, ContiguousHash) = (run.Last, run.Hash);
        }
    }
}
