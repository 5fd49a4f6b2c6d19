using Hoop.Approval.Http;
using Hoop.Approval.Saga;
using Hoop.Approval.StepUps;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults;
using MassTransit;

namespace Hoop.Approval.Requests;

/// <summary>What an approval is limited to, or extended to.</summary>
internal sealed record VoteTerms(long? MaxRows, GrantTerms? Grant);

/// <summary>Takes a person's vote to the saga and brings back its answer. Every vote is on record, by whichever door it came and whether it counted.</summary>
internal sealed class Voting(IBusControl bus, OnRecord record, StepUpSeals seals, TimeProvider clock, ILogger<Voting> logger)
{
    public const string Approve = "request.approve";
    public const string Deny = "request.deny";
    public const string Review = "review.verdict";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly Refusal Unanswered = new(
        "no-answer", "Nobody answered in time; the vote may still be counted. Look at the request's state before you try again.");

    /// <summary>Never throws for a broker or database that is away: a vote that is not counted says so.</summary>
    /// <param name="proof">Of a passkey, as <c>/api/passkeys/proof</c> gave it.</param>
    public async Task<VoteCounted> CastAsync(
        Guid requestId, Principal voter, bool approve, string? reason, CancellationToken cancel, VoteTerms? terms = null, string? proof = null)
    {
        var vote = new CastVote(requestId, voter, approve, Bounded(reason)) { MaxRows = terms?.MaxRows, Grant = terms?.Grant, Shown = Shown(requestId, voter, proof) };
        return await record.DoAsync(
            approve ? Approve : Deny, "request", requestId, voter, reason, () => AskAsync<CastVote, VoteCounted>(requestId, vote, cancel), EndingOf, Not(OnRecord.NotRecorded))
            ?? Not(Unanswered);

        VoteCounted Not(Refusal why) => new(requestId, false, why.Code, why.Message, "");

        static Ending EndingOf(VoteCounted? counted) => counted is null ? Nothing : Ending.Of(counted.Accepted, counted.Code);
    }

    /// <summary>Likewise, for a verdict on an emergency.</summary>
    public async Task<ReviewCounted> ReviewAsync(Guid requestId, Principal reviewer, bool justified, string? note, CancellationToken cancel)
    {
        var verdict = new CastReview(requestId, reviewer, justified, Bounded(note));
        return await record.DoAsync(
            Review, "request", requestId, reviewer, note, () => AskAsync<CastReview, ReviewCounted>(requestId, verdict, cancel), EndingOf, Not(OnRecord.NotRecorded))
            ?? Not(Unanswered);

        ReviewCounted Not(Refusal why) => new(requestId, false, why.Code, why.Message, "");

        static Ending EndingOf(ReviewCounted? counted) => counted is null ? Nothing : Ending.Of(counted.Accepted, counted.Code);
    }

    private static Ending Nothing => new(AdminOutcomes.Unknown, Unanswered.Code);

    private async Task<TAnswer?> AskAsync<TCommand, TAnswer>(Guid requestId, TCommand command, CancellationToken cancel) where TCommand : class where TAnswer : class
    {
        try
        {
            return await bus.AskAsync<TCommand, TAnswer>(command, Patience, cancel);
        }
        catch (Exception e) when (e is RequestException or MassTransitException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            logger.VoteUnanswered(requestId, e.GetType().Name);
            return null;
        }
    }

    private StepUp Shown(Guid requestId, Principal voter, string? proof) =>
        proof is not null && seals.OpenProof(proof) is { } seen && seen.PrincipalId == voter.Id && seen.Requests.Contains(requestId) ? StepUp.Passkey
        : FreshSignIn.Is(voter, clock.GetUtcNow()) ? StepUp.Fresh
        : StepUp.None;

    /// <summary>Long enough to be refused as too long, and on record; no longer.</summary>
    internal static string? Bounded(string? text) => text?.Length > VoteRules.MaxReasonLength ? text[..(VoteRules.MaxReasonLength + 1)] : text;
}
