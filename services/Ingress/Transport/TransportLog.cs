namespace Hoop.Ingress.Transport;

internal static partial class TransportLog
{
    [LoggerMessage(EventId = 3900, Level = LogLevel.Error, Message = "A session's callback failed; the other sessions go on")]
    public static partial void CallbackFailed(this ILogger logger, Exception e);

    [LoggerMessage(EventId = 3901, Level = LogLevel.Error, Message = "No connection can be accepted for the moment ({Reason}): raise the limit of open files, or have fewer sessions")]
    public static partial void AcceptFailed(this ILogger logger, string reason);
}
