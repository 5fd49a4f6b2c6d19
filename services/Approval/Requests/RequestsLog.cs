namespace Hoop.Approval.Requests;

internal static partial class RequestsLog
{
    [LoggerMessage(4401, LogLevel.Warning, "A vote on {RequestId} was not answered ({Error})")]
    public static partial void VoteUnanswered(this ILogger logger, Guid requestId, string error);
}
