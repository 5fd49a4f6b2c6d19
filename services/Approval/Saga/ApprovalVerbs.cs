using Hoop.Approval.Expiry;
using Hoop.Approval.Grants;
using Hoop.Approval.Requirements;
using Hoop.Contracts.Approvals;
using MassTransit;

namespace Hoop.Approval.Saga;

/// <summary>What the machine does at each step. All of it is rows in the message's one transaction; nothing is sent from here.</summary>
internal static class ApprovalVerbs
{
    public static EventActivityBinder<ApprovalState, ApprovalRequested> Open(this EventActivityBinder<ApprovalState, ApprovalRequested> step) => step.Then(x =>
    {
        x.Saga.Request = x.Message;
        x.Saga.RequesterId = x.Message.Requester.Id;
        x.Saga.SessionId = x.Message.SessionId;
        x.Saga.BoundTo = x.Message.BoundTo;
        x.Saga.RequestedAt = x.Message.RequestedAt.ToUniversalTime().Whole();
        x.Saga.ExpiresAt = x.Message.ExpiresAt.ToUniversalTime();
        x.Saga.EscalatesAt = x.Saga.NextEscalation(DateTimeOffset.MinValue);
        (x.Saga.ApproverGroups, x.Saga.ApproverPeople) = Concerned.By(x.Message);
    });

    public static EventActivityBinder<ApprovalState, ApprovalPreviewed> Preview(this EventActivityBinder<ApprovalState, ApprovalPreviewed> step) => step.Then(x =>
    {
        x.Saga.EstimatedRows = x.Message.EstimatedRows;
        x.Saga.Plan = x.Message.Plan;
        x.Saga.Preview = x.Message.Details;
    });

    public static EventActivityBinder<ApprovalState, CastVote> Judge(this EventActivityBinder<ApprovalState, CastVote> step) => step.Then(x =>
    {
        var vote = x.Message;
        var refusal = VoteRules.Refuse(x.Saga, vote, x.Now());
        var reason = string.IsNullOrWhiteSpace(vote.Reason) ? null : vote.Reason.Trim();
        x.GetOrAddPayload(() => new Verdict(refusal));
        var terms = vote.Approve ? vote : vote with { MaxRows = null, Grant = null };
        if (refusal is null)
            x.Saga.Votes = [.. x.Saga.Votes, new Vote(vote.Voter, vote.Approve, reason, x.Now()) { MaxRows = terms.MaxRows, Grant = terms.Grant, Shown = vote.Shown }];
        x.Record(refusal is null ? "vote" : "vote-refused", refusal?.Code ?? (vote.Approve ? "approve" : "deny"), vote.Voter.Id, vote.Voter.Name,
            // A refused reason may be of any length.
            reason?.Length > VoteRules.MaxReasonLength ? null : reason);
    });

    public static bool DecidesAgainst(this BehaviorContext<ApprovalState, CastVote> x) => x.Verdict().Refusal is null && x.Standing().Progress == Progress.Refused;

    public static bool DecidesFor(this BehaviorContext<ApprovalState, CastVote> x) => x.Verdict().Refusal is null && x.Standing().Progress == Progress.Met;

    /// <summary>Whoever there is could not meet what is asked for.</summary>
    public static bool IsHopeless(this BehaviorContext<ApprovalState, ApprovalRequested> x) =>
        x.Saga.CurrentState == nameof(ApprovalMachine.Pending) && x.Standing().Progress == Progress.Refused;

    public static bool Waits(this BehaviorContext<ApprovalState, ApprovalRequested> x) => x.Saga.CurrentState == nameof(ApprovalMachine.Pending);

    public static EventActivityBinder<ApprovalState, ApprovalRequested> AskPeople(this EventActivityBinder<ApprovalState, ApprovalRequested> step) =>
        step.Then(x => x.Say(new ApprovalOpened(x.Saga.CorrelationId, x.Now())));

    public static EventActivityBinder<ApprovalState, CastVote> ReplyToVoter(this EventActivityBinder<ApprovalState, CastVote> step) => step.Then(x =>
    {
        var refusal = x.Verdict().Refusal;
        var (code, message) = (refusal, x.Saga.Outcome) switch
        {
            ({ } why, _) => (why.Code, why.Message),
            (null, ApprovalOutcome.Denied) => ("denied", "Denied."),
            (null, ApprovalOutcome.Approved) => ("approved", "Approved."),
            _ => ("counted", $"Your {(x.Message.Approve ? "approval" : "denial")} counts; still missing: {x.Standing().Missing}."),
        };
        x.Reply(new VoteCounted(x.Saga.CorrelationId, refusal is null, code, message, x.Saga.StateName()));
    });

    /// <summary>The clock has let further people in already; here it is told and recorded.</summary>
    public static EventActivityBinder<ApprovalState, EscalationReached> Escalate(this EventActivityBinder<ApprovalState, EscalationReached> step) => step.Then(x =>
    {
        foreach (var standing in x.Standing().Requirements)
        {
            if (standing.Progress != Progress.Pending || standing.Requirement.Escalation is not { } escalation || x.Saga.RequestedAt + escalation.After != x.Message.DueAt) continue;
            var to = RequirementWording.Anyone(escalation.To, x.Saga.Request.Requester);
            x.Record("escalated", standing.Requirement.Rule, detail: to);
            x.Say(new ApprovalEscalated(x.Saga.CorrelationId, standing.Requirement.Rule, to, x.Now()));
        }
    });

    public static EventActivityBinder<ApprovalState, T> Resolve<T>(this EventActivityBinder<ApprovalState, T> step, ApprovalOutcome outcome) where T : class =>
        step.Then(x => x.Resolve(outcome, outcome == ApprovalOutcome.Expired
            ? "Nobody decided in time."
            : x.Saga.Votes.Count == 0 ? x.Standing().Missing : string.Join(" · ", x.Saga.Votes.Select(vote => vote.Reason).OfType<string>())));

    public static EventActivityBinder<ApprovalState, ApprovalWithdrawn> ResolveWithdrawn(this EventActivityBinder<ApprovalState, ApprovalWithdrawn> step) =>
        step.Then(x => x.Resolve(ApprovalOutcome.Withdrawn, x.Message.Cause));

    /// <summary>Ends an approval that was not used. Its resolution was told already and stands.</summary>
    public static EventActivityBinder<ApprovalState, T> Lapse<T>(this EventActivityBinder<ApprovalState, T> step, string code) where T : class => step.Then(x =>
    {
        x.Saga.EndedAt = x.Now();
        x.Record("lapsed", code);
    });

    public static EventActivityBinder<ApprovalState, RedeemApproval> JudgeUse(this EventActivityBinder<ApprovalState, RedeemApproval> step) => step.Then(x =>
        x.GetOrAddPayload(() => new UseVerdict(UseRules.Refuse(x.Saga, x.Message, x.Now()))));

    public static bool MayUse(this BehaviorContext<ApprovalState, RedeemApproval> x) => x.UseVerdict().Refusal is null;

    public static EventActivityBinder<ApprovalState, RedeemApproval> Use(this EventActivityBinder<ApprovalState, RedeemApproval> step) =>
        step.Then(x => x.Saga.EndedAt = x.Now());

    public static EventActivityBinder<ApprovalState, RedeemApproval> RefuseUse(this EventActivityBinder<ApprovalState, RedeemApproval> step) =>
        step.JudgeUse().ReplyToUser();

    public static EventActivityBinder<ApprovalState, RedeemApproval> ReplyToUser(this EventActivityBinder<ApprovalState, RedeemApproval> step) => step.Then(x =>
    {
        var refusal = x.UseVerdict().Refusal;
        x.Record(refusal is null ? "used" : "use-refused", refusal?.Code ?? "used", x.Message.IngressId);
        x.Reply(new ApprovalRedeemed(x.Saga.CorrelationId, refusal is null, refusal?.Message ?? "Granted, once.")
        {
            MaxRows = GrantRules.MaxRows(x.Saga),
            Grant = refusal is null ? GrantRules.Window(x.Saga) : null,
        });
    });

    public static Task RefuseUnknownVote(this ConsumeContext<CastVote> x)
    {
        x.Db().Record(x.Message.RequestId, x.Now(), "vote-refused", VoteRules.NotFound.Code, x.Message.Voter.Id, x.Message.Voter.Name);
        x.Reply(new VoteCounted(x.Message.RequestId, false, VoteRules.NotFound.Code, VoteRules.NotFound.Message, ""));
        return Task.CompletedTask;
    }

    public static Task RefuseUnknownUse(this ConsumeContext<RedeemApproval> x)
    {
        x.Db().Record(x.Message.RequestId, x.Now(), "use-refused", VoteRules.NotFound.Code, x.Message.IngressId, null);
        x.Reply(new ApprovalRedeemed(x.Message.RequestId, false, "There is no such request."));
        return Task.CompletedTask;
    }

    public static string StateName(this ApprovalState approval) => approval.CurrentState.ToLowerInvariant();

    internal static void Resolve<T>(this BehaviorContext<ApprovalState, T> x, ApprovalOutcome outcome, string? reason) where T : class
    {
        (x.Saga.Outcome, x.Saga.Reason, x.Saga.ResolvedAt) = (outcome, string.IsNullOrEmpty(reason) ? null : reason, x.Now());
        // A denial is the deciding person's alone; the approvals before it decided nothing.
        var deciders = outcome switch
        {
            ApprovalOutcome.Approved => x.Saga.Votes.Select(vote => vote.Voter.Name),
            ApprovalOutcome.Denied => x.Saga.Votes.TakeLast(1).Select(vote => vote.Voter.Name),
            _ => [],
        };
        x.Record("resolved", outcome.ToString().ToLowerInvariant(), detail: x.Saga.Reason);
        x.Say(new ApprovalResolved(x.Saga.CorrelationId, x.Saga.Request.IngressId, outcome, [.. deciders], x.Saga.Reason, x.Now()));
    }

    public static void Record(this SagaConsumeContext<ApprovalState> x, string kind, string code, string? actorId = null, string? actorName = null, string? detail = null) =>
        x.Db().Record(x.Saga.CorrelationId, x.Now(), kind, code, actorId, actorName, detail);

    private static RequestStanding Standing(this SagaConsumeContext<ApprovalState> x) => x.Saga.Standing(x.Now());

    internal static Verdict Verdict(this PipeContext x) => x.GetPayload<Verdict>();

    private static UseVerdict UseVerdict(this PipeContext x) => x.GetPayload<UseVerdict>();
}

internal sealed record Verdict(Refusal? Refusal);

internal sealed record UseVerdict(Refusal? Refusal);
