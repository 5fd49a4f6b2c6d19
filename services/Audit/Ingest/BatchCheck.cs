using System.Buffers;
using Hoop.Audit.Admin;
using Hoop.Audit.Chain;
using Hoop.Audit.Storage;

namespace Hoop.Audit.Ingest;

/// <summary>An event that is stored: its hash, and the one that it says comes before it. Null is what is not known; it equals no hash.</summary>
internal readonly record struct StoredLink(ChainHash? Hash, ChainHash? PreviousHash);

/// <summary>What becomes of each event of a batch. A redelivered event is in none of the lists.</summary>
/// <param name="Accepted">To be stored: the sessions that have any, each with its events in the order of their sequence.</param>
/// <param name="Refused">Not stored among the events, but kept, with why.</param>
/// <param name="Gaps">Accepted events whose predecessor has not arrived.</param>
internal sealed record BatchVerdict(List<SessionPart> Accepted, List<(BatchedEvent Event, string Reason)> Refused, List<BatchedEvent> Gaps);

/// <summary>Checks a batch against itself and against what is stored. What was stored first stands.</summary>
internal static class BatchCheck
{
    private const int MaxName = 100;

    private static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(char.IsControl)]);

    /// <param name="stored">Of each session, every stored event within one place of the batch's, by its sequence; the accepted are added.</param>
    public static BatchVerdict Check(IEnumerable<SessionPart> batch, IReadOnlyDictionary<string, Dictionary<long, StoredLink>> stored)
    {
        var verdict = new BatchVerdict([], [], []);
        foreach (var part in batch)
        {
            var accepted = Check(part, stored.GetValueOrDefault(part.Id) ?? [], verdict);
            if (accepted.Events.Count > 0)
                verdict.Accepted.Add(accepted);
        }

        return verdict;
    }

    private static SessionPart Check(SessionPart part, Dictionary<long, StoredLink> stored, BatchVerdict verdict)
    {
        var accepted = new SessionPart(part.Id);
        foreach (var e in part.Events)
        {
            if (Refusal(e, stored) is { } reason)
            {
                verdict.Refused.Add((e, reason));
                continue;
            }

            if (!stored.TryAdd(e.Sequence, new StoredLink(e.Hash, e.PreviousHash)))
                continue;
            accepted.Events.Add(e);
            if (e.Sequence > 0 && !stored.ContainsKey(e.Sequence - 1))
                verdict.Gaps.Add(e);
        }

        accepted.Events.Sort((one, other) => one.Sequence.CompareTo(other.Sequence));
        return accepted;
    }

    private static string? Refusal(BatchedEvent e, Dictionary<long, StoredLink> stored)
    {
        if (!IsName(e.SessionId) || !IsName(e.Kind) || e.Sequence is < 0 or > EventChunk.LastSequence)
            return "its session, kind or sequence is malformed";
        if (AdminChain.Owns(e.SessionId))
            return "its session id is reserved for Audit's own records";
        if (!EventPayload.IsValid(e.Payload.Span))
            return "its payload is not one JSON object on one line";
        if (!e.HashMatches())
            return "its hash does not match its content";
        if (stored.TryGetValue(e.Sequence, out var same))
            return same.Hash == e.Hash ? null : "another event is stored in its place";
        if (e.Sequence == 0 && e.PreviousHash != ChainHash.None)
            return "it is the first of its session and yet names one before it";
        if (stored.TryGetValue(e.Sequence - 1, out var before) && before.Hash != e.PreviousHash)
            return "it does not follow the event stored before it";
        if (stored.TryGetValue(e.Sequence + 1, out var after) && after.PreviousHash != e.Hash)
            return "the event stored after it does not follow it";
        return null;
    }

    private static bool IsName(string text) => text.Length is > 0 and <= MaxName && text.AsSpan().IndexOfAny(Controls) < 0;
}
