namespace Hoop.Approval.Grants;

internal static partial class GrantsLog
{
    [LoggerMessage(4501, LogLevel.Warning, "Could not look for grants that are over ({Error}); trying again")]
    public static partial void EndingFailed(this ILogger logger, string error);
}
