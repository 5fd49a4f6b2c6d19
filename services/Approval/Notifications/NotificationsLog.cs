namespace Hoop.Approval.Notifications;

internal static partial class NotificationsLog
{
    [LoggerMessage(4201, LogLevel.Warning, "No live updates from the database ({Error}); connecting again")]
    public static partial void ListenerLost(this ILogger logger, string error);

    [LoggerMessage(4202, LogLevel.Warning, "No policy is known yet, so nobody is told of {Event} of {RequestId}")]
    public static partial void NobodyKnown(this ILogger logger, string @event, Guid requestId);

    [LoggerMessage(4203, LogLevel.Warning, "{Event} did not reach {Receiver} at attempt {Attempt} ({Error}); trying again at {Next}")]
    public static partial void NotDelivered(this ILogger logger, string @event, string receiver, int attempt, string error, DateTimeOffset next);

    [LoggerMessage(4204, LogLevel.Error, "{Event} was given up for {Receiver} after {Attempts} attempts ({Error})")]
    public static partial void GivenUp(this ILogger logger, string @event, string receiver, int attempts, string error);

    [LoggerMessage(4205, LogLevel.Warning, "Deliveries wait ({Error}); trying again")]
    public static partial void DeliveriesStuck(this ILogger logger, string error);
}
