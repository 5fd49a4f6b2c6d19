using Hoop.Audit.Admin;
using Hoop.Audit.Chain;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Ingest;

/// <param name="Hash">Of an event that is stored.</param>
/// <param name="PreviousHash">The hash it says comes before it.</param>
internal readonly record struct StoredLink(string Hash, string PreviousHash);

/// <summary>What becomes of each event of a batch. A redelivered event is in none of the lists.</summary>
/// <param name="Accepted">To be stored, in order.</param>
/// <param name="Refused">Not stored among the events, but kept, with why.</param>
/// <param name="Gaps">Accepted events whose predecessor has not arrived.</param>
internal sealed record BatchVerdict(List<JournalEvent> Accepted, List<(JournalEvent Event, string Reason)> Refused, List<JournalEvent> Gaps);

/// <summary>Checks a batch against itself and against what is stored. What was stored first stands.</summary>
internal static class BatchCheck
{
    private const int MaxName = 100;

    /// <param name="stored">Every stored event within one place of the batch's; the accepted are added.</param>
    public static BatchVerdict Check(IReadOnlyList<JournalEvent> events, Dictionary<(string Session, long Sequence), StoredLink> stored)
    {
        var verdict = new BatchVerdict([], [], []);
        foreach (var e in events)
        {
            if (Refusal(e, stored) is { } reason)
            {
                verdict.Refused.Add((e, reason));
                continue;
            }

            if (!stored.TryAdd((e.SessionId, e.Sequence), new StoredLink(e.Hash, e.PreviousHash)))
                continue;
            verdict.Accepted.Add(e);
            if (e.Sequence > 0 && !stored.ContainsKey((e.SessionId, e.Sequence - 1)))
                verdict.Gaps.Add(e);
        }

        return verdict;
    }

    private static string? Refusal(JournalEvent e, Dictionary<(string Session, long Sequence), StoredLink> stored)
    {
        if (!IsName(e.SessionId) || !IsName(e.Kind) || e.Sequence is < 0 or > EventChunk.LastSequence)
            return "its session, kind or sequence is malformed";
        if (AdminChain.Owns(e.SessionId))
            return "its session id is reserved for Audit's own records";
        if (!EventPayload.IsValid(e.Payload))
            return "its payload is not one JSON object on one line";
        if (!EventHash.Matches(e))
            return "its hash does not match its content";
        if (stored.TryGetValue((e.SessionId, e.Sequence), out var same))
            return same.Hash == e.Hash ? null : "another event is stored in its place";
        if (e.Sequence == 0 && e.PreviousHash != EventHash.None)
            return "it is the first of its session and yet names one before it";
        if (stored.TryGetValue((e.SessionId, e.Sequence - 1), out var before) && before.Hash != e.PreviousHash)
            return "it does not follow the event stored before it";
        if (stored.TryGetValue((e.SessionId, e.Sequence + 1), out var after) && after.PreviousHash != e.Hash)
            return "the event stored after it does not follow it";
        return null;
    }

    private static bool IsName(string text) => text.Length is > 0 and <= MaxName && !text.Any(char.IsControl);
}
