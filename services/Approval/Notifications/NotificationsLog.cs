namespace Hoop.Approval.Notifications;

internal static partial class NotificationsLog
{
    [LoggerMessage(4201, LogLevel.Warning, "No live updates from the database ({Error}); connecting again")]
    public static partial void ListenerLost(this ILogger logger, string error);
}
