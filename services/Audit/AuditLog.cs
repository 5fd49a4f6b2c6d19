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
}
