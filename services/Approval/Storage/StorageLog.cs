namespace Hoop.Approval.Storage;

internal static partial class StorageLog
{
    [LoggerMessage(4001, LogLevel.Warning, "The approval database does not answer ({Error}); trying again")]
    public static partial void DatabaseUnreachable(this ILogger logger, string error);
}
