using Hoop.Audit.Chain;

namespace Hoop.Audit.Ingest;

/// <summary>Where a session's stored chain stands. Immutable: a batch makes a new one, stored only if nobody moved it meanwhile.</summary>
/// <param name="Events">Stored of it; also says whether the row moved.</param>
/// <param name="LastSequence">The highest stored.</param>
/// <param name="Sequence">The last before the first gap; -1 when its first has not arrived.</param>
/// <param name="Hash">Of the event at <paramref name="Sequence"/>.</param>
internal sealed record SessionHead(string SessionId, DateTimeOffset FirstAt, DateTimeOffset LastAt, long Events, long LastSequence, long Sequence, string Hash)
{
    public bool HasGap => Sequence < LastSequence;

    public static SessionHead Before(string sessionId) => new(sessionId, DateTimeOffset.MaxValue, DateTimeOffset.MinValue, 0, -1, -1, EventHash.None);

    /// <summary>With events that were stored; <see cref="Sequence"/> moves over those that follow it without a gap.</summary>
    /// <param name="stored">In the order of their sequence.</param>
    public SessionHead With(IReadOnlyList<BatchedEvent> stored)
    {
        var (first, last, sequence, hash) = (FirstAt, LastAt, Sequence, ChainHash.Parse(Hash));
        foreach (var e in stored)
        {
            first = e.At < first ? e.At : first;
            last = e.At > last ? e.At : last;
            if (e.Sequence == sequence + 1 && e.PreviousHash == hash)
                (sequence, hash) = (e.Sequence, e.Hash);
        }

        return this with
        {
            FirstAt = first, LastAt = last, Events = Events + stored.Count, LastSequence = Math.Max(LastSequence, stored[^1].Sequence),
            Sequence = sequence, Hash = hash?.ToString() ?? Hash,
        };
    }

    /// <summary>Moves over the event if it is the next.</summary>
    public SessionHead Follow(long sequence, string previousHash, string hash) =>
        sequence == Sequence + 1 && previousHash == Hash ? this with { Sequence = sequence, Hash = hash } : this;
}
