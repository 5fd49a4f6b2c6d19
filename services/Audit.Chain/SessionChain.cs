using Hoop.Contracts.Audit;

namespace Hoop.Audit.Chain;

/// <summary>The running head of one session's hash chain. Not thread-safe.</summary>
/// <param name="sessionId">The session.</param>
/// <param name="nextSequence">0, or where an interrupted chain goes on.</param>
/// <param name="headHash">Hash of the last event; null before the first.</param>
public sealed class SessionChain(string sessionId, long nextSequence = 0, string? headHash = null)
{
    public string SessionId => sessionId;
    public long NextSequence { get; private set; } = nextSequence;
    public string HeadHash { get; private set; } = headHash ?? EventHash.None;

    /// <summary>Makes the next event and moves the head onto it.</summary>
    /// <param name="payload">One JSON object.</param>
    public JournalEvent Append(string kind, string payload, DateTimeOffset at)
    {
        var e = Next(kind, payload, at);
        Advance(e);
        return e;
    }

    /// <summary>Makes the next event without moving the head: for a caller that may still fail to store it.</summary>
    public JournalEvent Next(string kind, string payload, DateTimeOffset at)
    {
        var e = new JournalEvent(sessionId, NextSequence, CanonicalEvent.Truncate(at), kind, payload, HeadHash, Hash: "");
        return e with { Hash = EventHash.Of(e) };
    }

    /// <summary>Moves the head onto an event from <see cref="Next"/>.</summary>
    public void Advance(JournalEvent e)
    {
        if (e.Sequence != NextSequence || e.PreviousHash != HeadHash)
            throw new InvalidOperationException($"Event {e.Sequence} of session {e.SessionId} does not follow event {NextSequence - 1} of {sessionId}.");
        NextSequence++;
        HeadHash = e.Hash;
    }
}
