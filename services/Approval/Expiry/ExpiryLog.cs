namespace Hoop.Approval.Expiry;

internal static partial class ExpiryLog
{
    [LoggerMessage(4301, LogLevel.Warning, "Could not look for expired requests ({Error}); trying again")]
    public static partial void ScanFailed(this ILogger logger, string error);
}
