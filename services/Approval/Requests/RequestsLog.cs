namespace Hoop.Approval.Requests;

internal static partial class RequestsLog
{
    [LoggerMessage(4401, LogLevel.Warning, "A vote on {RequestId} was not answered ({Error})")]
    public static partial void VoteUnanswered(this ILogger logger, Guid requestId, string error);

    [LoggerMessage(4402, LogLevel.Warning, "What the requester of {RequestId} asked for was not answered ({Error})")]
    public static partial void RequesterUnanswered(this ILogger logger, Guid requestId, string error);

    [LoggerMessage(4403, LogLevel.Warning, "A new preview of {RequestId} could not be asked for ({Error})")]
    public static partial void PreviewNotAsked(this ILogger logger, Guid requestId, string error);
}
