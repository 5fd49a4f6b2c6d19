namespace Hoop.Approval.Outbox;

internal static partial class OutboxLog
{
    [LoggerMessage(4101, LogLevel.Warning, "Messages wait in the outbox ({Error}); trying again")]
    public static partial void OutboxStuck(this ILogger logger, string error);
}
