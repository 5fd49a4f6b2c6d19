using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using MassTransit;

namespace Hoop.Approval.Requests;

/// <summary>What an approval is limited to, or extended to.</summary>
internal sealed record VoteTerms(long? MaxRows, GrantTerms? Grant);

/// <summary>Takes a person's vote to the saga and brings back its answer.</summary>
internal sealed class Voting(IBus bus, ILogger<Voting> logger)
{
    private static readonly RequestTimeout Timeout = RequestTimeout.After(s: 10);

    private static readonly Refusal Unanswered = new(
        "no-answer", "The vote could not be counted right now. Look at the request's state, then try again.");

    /// <summary>Never throws for a broker or database that is away: a vote that is not counted says so.</summary>
    public async Task<VoteCounted> CastAsync(Guid requestId, Principal voter, bool approve, string? reason, CancellationToken cancel, VoteTerms? terms = null)
    {
        try
        {
            var client = bus.CreateRequestClient<CastVote>(Timeout);
            return (await client.GetResponse<VoteCounted>(new CastVote(requestId, voter, approve, reason) { MaxRows = terms?.MaxRows, Grant = terms?.Grant }, cancel)).Message;
        }
        catch (Exception e) when (e is RequestException or MassTransitException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            logger.VoteUnanswered(requestId, e.GetType().Name);
            return new VoteCounted(requestId, false, Unanswered.Code, Unanswered.Message, "");
        }
    }
}
