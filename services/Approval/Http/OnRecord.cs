using Hoop.Approval.Saga;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Auditing;

namespace Hoop.Approval.Http;

/// <summary>How something ended that somebody asked for.</summary>
/// <param name="Outcome">A name of <see cref="AdminOutcomes"/>.</param>
internal sealed record Ending(string Outcome, string Code)
{
    public static Ending Of(bool accepted, string code) => new(accepted ? AdminOutcomes.Done : AdminOutcomes.Refused, code);
}

/// <summary>What people do is on record before it is done, by whichever door they came, and with how it ended.</summary>
internal sealed class OnRecord(AdminAudit audit, ILogger<OnRecord> logger)
{
    private const int MaxRecordedReason = 1000;

    public static readonly Refusal NotRecorded = new("not-recorded", "This can not be recorded now, so it was not done. Make room on the service's disk, or bring Audit back; then try again.");

    /// <param name="about">What the id is of: <c>request</c>, <c>grant</c>.</param>
    /// <param name="notRecorded">The answer when it can not be recorded: then it is not done.</param>
    public async Task<T> DoAsync<T>(string kind, string about, Guid id, Principal by, string? reason, Func<Task<T>> act, Func<T, Ending> endingOf, T notRecorded)
    {
        AdminAttempt attempt;
        try
        {
            attempt = audit.Begin(kind, by, details: DetailsOf(about, id, reason));
        }
        catch (IOException e)
        {
            logger.NotRecorded(kind, id, e.Message);
            return notRecorded;
        }
        T answer;
        try
        {
            answer = await act();
        }
        catch
        {
            attempt.End(AdminOutcomes.Failed);
            throw;
        }
        var ending = endingOf(answer);
        attempt.End(ending.Outcome, new Dictionary<string, string> { ["code"] = ending.Code });
        return answer;
    }

    private static Dictionary<string, string> DetailsOf(string about, Guid id, string? reason)
    {
        var details = new Dictionary<string, string> { [about] = id.ToString() };
        if (reason is { Length: > 0 }) details["reason"] = reason.Length > MaxRecordedReason ? reason[..MaxRecordedReason] : reason;
        return details;
    }
}

internal static partial class OnRecordLog
{
    [LoggerMessage(4601, LogLevel.Error, "{Kind} of {Id} could not be recorded, so it was not done ({Error})")]
    public static partial void NotRecorded(this ILogger logger, string kind, Guid id, string error);
}
