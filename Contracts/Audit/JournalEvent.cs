namespace Hoop.Contracts.Audit;

/// <summary>One event of a session, as journalled by Ingress and stored by Audit.</summary>
/// <param name="SessionId">The session; its events form one hash chain.</param>
/// <param name="Sequence">From 0, without gaps, within the session.</param>
/// <param name="At">UTC, microseconds.</param>
/// <param name="Kind">See <see cref="EventKinds"/>.</param>
/// <param name="Payload">One JSON object, UTF-8 text, exactly the bytes that were hashed.</param>
/// <param name="PreviousHash">Hash of the event before, lower-case hex; 64 zeros for the first.</param>
/// <param name="Hash">SHA-256 over the event's canonical form and <paramref name="PreviousHash"/>, lower-case hex.</param>
public sealed record JournalEvent(
    string SessionId, long Sequence, DateTimeOffset At, string Kind, string Payload, string PreviousHash, string Hash);

/// <summary>The kinds of <see cref="JournalEvent"/>. Payload fields are listed in docs/audit.md.</summary>
public static class EventKinds
{
    public const string SessionStarted = "session.started";
    public const string SessionRefused = "session.refused";
    public const string OperationDecided = "operation.decided";
    public const string HoldResolved = "hold.resolved";
    public const string OperationCompleted = "operation.completed";
    public const string OperationNotice = "operation.notice";
    public const string ResultRecorded = "result.recorded";
    public const string SessionKilled = "session.killed";
    public const string SessionEnded = "session.ended";

    /// <summary>Recorded rows on their way to Audit, in a chain of their own of one event; the session's <see cref="ResultRecorded"/> has their hash.</summary>
    public const string Content = "content";
}

/// <summary>Command: store these events. Ingest is idempotent on (session, sequence); the same place with another hash is refused and reported.</summary>
/// <param name="BatchId">Unique per journal position; a redelivery has the same.</param>
/// <param name="Events">As they are in the journal: an <c>EventBatch</c> of <see cref="JournalEvent"/>s.</param>
public sealed record RecordEvents(Guid BatchId, string IngressId, byte[] Events);

/// <summary>Fact: Audit stored the batch; its journal segment may go.</summary>
public sealed record EventsRecorded(Guid BatchId, string IngressId);
