namespace Hoop.Ingress.Sessions;

internal static partial class GateLog
{
    [LoggerMessage(2001, LogLevel.Information, "{Principal} may not open target {Target}, or it does not exist")]
    internal static partial void TargetRefused(this ILogger logger, string principal, string target);

    [LoggerMessage(2002, LogLevel.Error, "Session {Session}: refused because the journal is not writable: {Error}")]
    internal static partial void JournalRefused(this ILogger logger, string session, string error);

    [LoggerMessage(2003, LogLevel.Information, "Session {Session} of {Principal} on {Target} started")]
    internal static partial void SessionStarted(this ILogger logger, string session, string principal, string target);

    [LoggerMessage(2004, LogLevel.Information, "Session {Session} ended: {Cause}")]
    internal static partial void SessionEnded(this ILogger logger, string session, string cause);

    [LoggerMessage(2005, LogLevel.Error, "Session {Session}: deciding failed, the operation was refused")]
    internal static partial void DecidingFailed(this ILogger logger, Exception error, string session);

    [LoggerMessage(2006, LogLevel.Information, "Session {Session}: request {Request} waits for approval")]
    internal static partial void HoldOpened(this ILogger logger, string session, Guid request);

    [LoggerMessage(2007, LogLevel.Information, "Session {Session}: request {Request} ended as {Outcome}")]
    internal static partial void HoldEnded(this ILogger logger, string session, Guid request, string outcome);

    [LoggerMessage(2008, LogLevel.Warning, "Session {Session} was killed by {By}")]
    internal static partial void SessionKilled(this ILogger logger, string session, string by);
}
