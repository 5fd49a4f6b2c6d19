using Hoop.Approval.Grants;
using Hoop.Approval.Outbox;
using Hoop.Approval.Storage;
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
        x.Saga.ApproverGroups = [.. x.Message.ApproverGroups];
        x.Saga.RequestedAt = x.Message.RequestedAt.ToUniversalTime();
        x.Saga.ExpiresAt = x.Message.ExpiresAt.ToUniversalTime();
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
        if (refusal is null) x.Saga.Votes = [.. x.Saga.Votes, new Vote(vote.Voter, vote.Approve, reason, x.Now()) { MaxRows = vote.Approve ? vote.MaxRows : null, Grant = vote.Approve ? vote.Grant : null }];
        x.Record(refusal is null ? "vote" : "vote-refused", refusal?.Code ?? (vote.Approve ? "approve" : "deny"), vote.Voter.Id, vote.Voter.Name,
            // A refused reason may be of any length.
            reason?.Length > VoteRules.MaxReasonLength ? null : reason);
    });

    public static bool DecidesAgainst(this BehaviorContext<ApprovalState, CastVote> x) => x.Verdict().Refusal is null && !x.Message.Approve;

    public static bool DecidesFor(this BehaviorContext<ApprovalState, CastVote> x) =>
        x.Verdict().Refusal is null && x.Message.Approve && x.Saga.Approvals >= x.Saga.Needed;

    public static EventActivityBinder<ApprovalState, CastVote> ReplyToVoter(this EventActivityBinder<ApprovalState, CastVote> step) => step.Then(x =>
    {
        var refusal = x.Verdict().Refusal;
        var missing = x.Saga.Needed - x.Saga.Approvals;
        var (code, message) = (refusal, x.Message.Approve) switch
        {
            ({ } why, _) => (why.Code, why.Message),
            (null, false) => ("denied", "Denied."),
            (null, true) when missing > 0 => ("counted", $"Your approval counts; {missing} more must approve."),
            _ => ("approved", "Approved."),
        };
        x.Reply(new VoteCounted(x.Saga.CorrelationId, refusal is null, code, message, x.Saga.StateName()));
    });

    public static EventActivityBinder<ApprovalState, T> Resolve<T>(this EventActivityBinder<ApprovalState, T> step, ApprovalOutcome outcome) where T : class =>
        step.Then(x => Resolve(x, outcome, outcome == ApprovalOutcome.Expired
            ? "Nobody decided in time."
            : string.Join(" · ", x.Saga.Votes.Select(vote => vote.Reason).OfType<string>())));

    public static EventActivityBinder<ApprovalState, ApprovalWithdrawn> ResolveWithdrawn(this EventActivityBinder<ApprovalState, ApprovalWithdrawn> step) =>
        step.Then(x => Resolve(x, ApprovalOutcome.Withdrawn, x.Message.Cause));

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
            ApprovalOutcome.Denied => x.Saga.Votes.Where(vote => !vote.Approve).Select(vote => vote.Voter.Name),
            _ => [],
        };
        x.Record("resolved", outcome.ToString().ToLowerInvariant(), detail: x.Saga.Reason);
        x.Db().Enqueue(
            new ApprovalResolved(x.Saga.CorrelationId, x.Saga.Request.IngressId, outcome, [.. deciders], x.Saga.Reason, x.Now()), x.Now());
    }

    internal static void Record(this SagaConsumeContext<ApprovalState> x, string kind, string code, string? actorId = null, string? actorName = null, string? detail = null) =>
        x.Db().Record(x.Saga.CorrelationId, x.Now(), kind, code, actorId, actorName, detail);

    internal static void Record(
        this ApprovalDb db, Guid requestId, DateTimeOffset now, string kind, string code, string? actorId, string? actorName, string? detail = null) =>
        db.Decisions.Add(new DecisionEntry
        {
            RequestId = requestId,
            At = now,
            Kind = kind,
            Code = code,
            ActorId = actorId,
            ActorName = actorName,
            Detail = detail,
        });

    internal static void Reply<T>(this ConsumeContext x, T message) where T : class => x.Db().EnqueueReply(x, message, x.Now());

    internal static Verdict Verdict(this PipeContext x) => x.GetPayload<Verdict>();

    private static UseVerdict UseVerdict(this PipeContext x) => x.GetPayload<UseVerdict>();

    internal static ApprovalDb Db(this PipeContext x) => x.GetPayload<ApprovalDb>();

    /// <summary>One message, one moment.</summary>
    internal static DateTimeOffset Now(this PipeContext x) => x.GetPayload<Moment>().At;
}

internal sealed record Verdict(Refusal? Refusal);

internal sealed record UseVerdict(Refusal? Refusal);

/// <summary>When a message was taken up; whole microseconds, as the database keeps them.</summary>
internal sealed record Moment(DateTimeOffset At);
