using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;

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
    public SessionHead With(IEnumerable<JournalEvent> stored)
    {
        var head = this;
        foreach (var e in stored.OrderBy(e => e.Sequence))
        {
            head = head with
            {
                FirstAt = e.At < head.FirstAt ? e.At : head.FirstAt, LastAt = e.At > head.LastAt ? e.At : head.LastAt,
                Events = head.Events + 1, LastSequence = Math.Max(head.LastSequence, e.Sequence),
            };
            head = head.Follow(e.Sequence, e.PreviousHash, e.Hash);
        }

        return head;
    }

    /// <summary>Moves over the event if it is the next.</summary>
    public SessionHead Follow(long sequence, string previousHash, string hash) =>
        sequence == Sequence + 1 && previousHash == Hash ? this with { Sequence = sequence, Hash = hash } : this;
}
