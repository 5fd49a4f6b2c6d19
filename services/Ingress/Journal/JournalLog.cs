namespace Hoop.Ingress.Journal;

internal static partial class JournalLog
{
    [LoggerMessage(3001, LogLevel.Warning, "Journal segment {Segment}: {Bytes} damaged bytes at its end were cut off and set aside in {Segment}.damaged, {Whole} whole ones stay")]
    public static partial void TailCut(this ILogger logger, string segment, long bytes, long whole);

    [LoggerMessage(3002, LogLevel.Warning, "Journal segment {Segment} is not readable and was set aside as {Segment}.damaged")]
    public static partial void SetAside(this ILogger logger, string segment);

    [LoggerMessage(3003, LogLevel.Warning, "Session {Session} was open when the gateway stopped; it is recorded as ended by a crash")]
    public static partial void SessionEndedByCrash(this ILogger logger, string session);

    [LoggerMessage(3004, LogLevel.Error, "The journal refuses events, so operations are refused: {Why}")]
    public static partial void RefusesEvents(this ILogger logger, string why);

    [LoggerMessage(3005, LogLevel.Information, "The journal takes events again")]
    public static partial void TakesEventsAgain(this ILogger logger);

    [LoggerMessage(3006, LogLevel.Critical, "The journal could not be brought to the disk ({Error}); everything is refused until a restart")]
    public static partial void SyncFailed(this ILogger logger, string error);

    [LoggerMessage(3008, LogLevel.Error, "What was cut off journal segment {Segment} could not be set aside ({Error})")]
    public static partial void CutNotKept(this ILogger logger, string segment, string error);

    [LoggerMessage(3011, LogLevel.Warning, "Audit gets no events ({Error}); they wait in the journal, {Backlog} bytes so far")]
    public static partial void ShippingStalled(this ILogger logger, string error, long backlog);

    [LoggerMessage(3012, LogLevel.Information, "Audit gets events again")]
    public static partial void ShippingResumed(this ILogger logger);

    [LoggerMessage(3013, LogLevel.Warning, "Audit takes less than statements bring and is {Backlog} bytes behind: statements wait until it keeps up (metric hoop.journal.wait); give Audit more processors")]
    public static partial void StatementsWaitForAudit(this ILogger logger, long backlog);
}
