namespace Hoop.Audit;

internal static partial class AuditLog
{
    [LoggerMessage(5001, LogLevel.Warning, "The audit database does not answer ({Error}); trying again")]
    public static partial void DatabaseUnreachable(this ILogger logger, string error);

    [LoggerMessage(5002, LogLevel.Error, "Event {Sequence} of session {Session} from ingress {Ingress} was refused and kept as evidence of tampering: {Reason}")]
    public static partial void Tampering(this ILogger logger, string session, long sequence, string ingress, string reason);

    [LoggerMessage(5003, LogLevel.Warning, "Session {Session} has a gap before event {Sequence}: earlier events have not arrived")]
    public static partial void Gap(this ILogger logger, string session, long sequence);

    [LoggerMessage(5004, LogLevel.Information, "A signing key was made; keep {File} safe, exports are signed with it")]
    public static partial void SigningKeyMade(this ILogger logger, string file);

    [LoggerMessage(5005, LogLevel.Warning, "Audit's log-in to its database is a superuser: set ConnectionStrings__auditdb to a log-in of its own, and ConnectionStrings__auditowner to the one that prepares the schema")]
    public static partial void WorksAsSuperuser(this ILogger logger);

    [LoggerMessage(5006, LogLevel.Information, "What was stored last is {Seconds:0.0} s old: Audit no longer gives way to other processes until it is in time again")]
    public static partial void NoLongerGivesWay(this ILogger logger, double seconds);

    [LoggerMessage(5101, LogLevel.Warning, "Reader {Reader} of the event feed stopped ({Error}); trying again in {Seconds} s")]
    public static partial void FeedStalled(this ILogger logger, string reader, string error, double seconds);

    [LoggerMessage(5102, LogLevel.Warning, "The object store does not take recorded rows ({Error}); they wait in the database")]
    public static partial void ObjectStoreFailed(this ILogger logger, string error);

    [LoggerMessage(5103, LogLevel.Error, "Receiver {Sink} rejected log records: {Answer}")]
    public static partial void SinkRejected(this ILogger logger, string sink, string answer);

    [LoggerMessage(5104, LogLevel.Warning, "Recorded rows that retention dropped stay in the object store for now ({Error})")]
    public static partial void ObjectKept(this ILogger logger, string error);

    [LoggerMessage(5201, LogLevel.Information, "Partition {Partition} was dropped by retention: {Events} events of {Sessions} sessions; the log has their tombstones")]
    public static partial void PartitionDropped(this ILogger logger, string partition, long events, long sessions);

    [LoggerMessage(5202, LogLevel.Information, "Partition {Partition} is older than the retention and stays: legal hold {Hold}")]
    public static partial void PartitionHeld(this ILogger logger, string partition, string hold);

    [LoggerMessage(5203, LogLevel.Warning, "Partition {Partition} could not be dropped ({Reason}); trying again")]
    public static partial void PartitionKept(this ILogger logger, string partition, string reason);

    [LoggerMessage(5204, LogLevel.Error, "Retention failed ({Error}); trying again")]
    public static partial void RetentionFailed(this ILogger logger, string error);

    [LoggerMessage(5205, LogLevel.Warning, "Partition {Partition} is older than the retention and stays: legal hold {Hold} says that it was released, and {Problem}")]
    public static partial void ReleaseNotProved(this ILogger logger, string partition, string hold, string problem);

    [LoggerMessage(5301, LogLevel.Error, "The stored evidence was changed: {Found} problems, the first in session {Session}: {Problem}")]
    public static partial void EvidenceChanged(this ILogger logger, long found, string? session, string problem);

    [LoggerMessage(5302, LogLevel.Warning, "The stored evidence could not be checked to its end ({Error}); trying again in an hour")]
    public static partial void NotChecked(this ILogger logger, string error);

    [LoggerMessage(5010, LogLevel.Error, "The log could not be sealed ({Error}); trying again")]
    public static partial void NotSealed(this ILogger logger, string error);

    [LoggerMessage(5011, LogLevel.Error, "Checkpoints do not reach {Sink} ({Error}); trying again in {Seconds} s")]
    public static partial void SinkFailed(this ILogger logger, string sink, string error, double seconds);
}
