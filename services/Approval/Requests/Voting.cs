using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Auditing;
using MassTransit;

namespace Hoop.Approval.Requests;

/// <summary>What an approval is limited to, or extended to.</summary>
internal sealed record VoteTerms(long? MaxRows, GrantTerms? Grant);

/// <summary>Takes a person's vote to the saga and brings back its answer. Every vote is on record, by whichever door it came and whether it counted.</summary>
internal sealed class Voting(IBus bus, AdminAudit audit, ILogger<Voting> logger)
{
    public const string Approve = "request.approve";
    public const string Deny = "request.deny";

    private const int MaxRecordedReason = 1000;

    private static readonly RequestTimeout Timeout = RequestTimeout.After(s: 10);

    private static readonly Refusal Unanswered = new(
        "no-answer", "The vote could not be counted right now. Look at the request's state, then try again.");

    /// <summary>Never throws for a broker or database that is away: a vote that is not counted says so.</summary>
    public async Task<VoteCounted> CastAsync(Guid requestId, Principal voter, bool approve, string? reason, CancellationToken cancel, VoteTerms? terms = null)
    {
        AdminAttempt attempt;
        try
        {
            attempt = audit.Begin(approve ? Approve : Deny, voter, details: DetailsOf(requestId, reason));
        }
        catch (IOException e)
        {
            logger.VoteUnanswered(requestId, e.Message);
            return NotCounted(requestId);
        }

        var counted = await AskAsync(requestId, voter, approve, reason, terms, cancel);
        attempt.End(
            counted.Accepted ? AdminOutcomes.Done : counted.Code == Unanswered.Code ? AdminOutcomes.Unknown : AdminOutcomes.Refused,
            new Dictionary<string, string> { ["code"] = counted.Code });
        return counted;
    }

    private async Task<VoteCounted> AskAsync(Guid requestId, Principal voter, bool approve, string? reason, VoteTerms? terms, CancellationToken cancel)
    {
        try
        {
            var client = bus.CreateRequestClient<CastVote>(Timeout);
            return (await client.GetResponse<VoteCounted>(new CastVote(requestId, voter, approve, reason) { MaxRows = terms?.MaxRows, Grant = terms?.Grant }, cancel)).Message;
        }
        catch (Exception e) when (e is RequestException or MassTransitException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            logger.VoteUnanswered(requestId, e.GetType().Name);
            return NotCounted(requestId);
        }
    }

    private static Dictionary<string, string> DetailsOf(Guid requestId, string? reason)
    {
        var details = new Dictionary<string, string> { ["request"] = requestId.ToString() };
        if (reason is { Length: > 0 })
            details["reason"] = reason.Length > MaxRecordedReason ? reason[..MaxRecordedReason] : reason;
        return details;
    }

    private static VoteCounted NotCounted(Guid requestId) => new(requestId, false, Unanswered.Code, Unanswered.Message, "");
}
