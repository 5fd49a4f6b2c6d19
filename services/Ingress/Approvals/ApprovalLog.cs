namespace Hoop.Ingress.Approvals;

internal static partial class ApprovalLog
{
    [LoggerMessage(2101, LogLevel.Error, "Request {Request} could not be delivered to the bus ({Error}); the operation was refused")]
    internal static partial void RequestNotDelivered(this ILogger logger, Guid request, string error);

    [LoggerMessage(2102, LogLevel.Warning, "The withdrawal of request {Request} could not be delivered ({Error}); it will expire")]
    internal static partial void WithdrawalNotDelivered(this ILogger logger, Guid request, string error);

    [LoggerMessage(2103, LogLevel.Warning, "No preview for request {Request} ({Error})")]
    internal static partial void PreviewFailed(this ILogger logger, Guid request, string error);

    [LoggerMessage(2105, LogLevel.Warning, "How the operation of request {Request} ended could not be told ({Error}); the journal has it")]
    internal static partial void EndNotTold(this ILogger logger, Guid request, string error);

    [LoggerMessage(2104, LogLevel.Error, "Request {Request} could not be brought to an end; the operation was refused")]
    internal static partial void HoldFailed(this ILogger logger, Exception error, Guid request);
}
