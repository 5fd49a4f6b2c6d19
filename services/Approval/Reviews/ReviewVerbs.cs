using Hoop.Approval.Expiry;
using Hoop.Approval.Requirements;
using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;
using MassTransit;

namespace Hoop.Approval.Reviews;

/// <summary>What the review's machine does at each step: rows in the message's one transaction.</summary>
internal static class ReviewVerbs
{
    public static EventActivityBinder<ReviewState, EmergencyAccessUsed> Open(this EventActivityBinder<ReviewState, EmergencyAccessUsed> step) => step.Then(x =>
    {
        x.Saga.Emergency = x.Message;
        x.Saga.OpenedAt = x.Message.At.ToUniversalTime();
        x.Saga.DueAt = x.Saga.OpenedAt + x.Message.ReviewWithin;
    });

    public static EventActivityBinder<ReviewState, CastReview> Judge(this EventActivityBinder<ReviewState, CastReview> step) => step.Then(x =>
    {
        var verdict = x.Message;
        var refusal = ReviewRules.Refuse(x.Saga, verdict);
        var note = verdict.Note?.Trim();
        x.GetOrAddPayload(() => new Verdict(refusal));
        if (refusal is null) x.Saga.Votes = [.. x.Saga.Votes, new Vote(verdict.Reviewer, verdict.Justified, note, x.Now())];
        x.Db().Record(
            x.Saga.CorrelationId, x.Now(), refusal is null ? "review" : "review-refused", refusal?.Code ?? (verdict.Justified ? "justified" : "not-justified"),
            verdict.Reviewer.Id, verdict.Reviewer.Name, note?.Length > VoteRules.MaxReasonLength ? null : note);
    });

    public static bool IsComplete(this BehaviorContext<ReviewState, CastReview> x) => x.Saga.Standing().Progress == Progress.Met;

    public static EventActivityBinder<ReviewState, CastReview> Close(this EventActivityBinder<ReviewState, CastReview> step) => step.Then(x =>
    {
        var justified = x.Saga.Votes.All(vote => vote.Approve);
        (x.Saga.Justified, x.Saga.ClosedAt) = (justified, x.Now());
        x.Db().Record(x.Saga.CorrelationId, x.Now(), "reviewed", justified ? "justified" : "not-justified");
        x.Say(new EmergencyReviewed(x.Saga.CorrelationId, justified, [.. x.Saga.Votes.Select(vote => vote.Voter.Name)], x.Now()));
    });

    public static EventActivityBinder<ReviewState, CastReview> ReplyToReviewer(this EventActivityBinder<ReviewState, CastReview> step) => step.Then(x =>
    {
        var refusal = x.GetPayload<Verdict>().Refusal;
        var message = refusal?.Message ?? (x.Saga.ClosedAt is not null ? "Reviewed." : $"Your review counts; still missing: {x.Saga.Standing().Missing}.");
        x.Reply(new ReviewCounted(x.Saga.CorrelationId, refusal is null, refusal?.Code ?? "counted", message, x.Saga.CurrentState.ToLowerInvariant()));
    });

    /// <summary>The scanner has set the next time already.</summary>
    public static EventActivityBinder<ReviewState, ReviewTimeReached> Alarm(this EventActivityBinder<ReviewState, ReviewTimeReached> step) => step.Then(x =>
    {
        var missing = x.Saga.Standing().Missing;
        x.Db().Record(x.Saga.CorrelationId, x.Now(), "review-overdue", "overdue", detail: missing);
        x.Say(new EmergencyReviewOverdue(x.Saga.CorrelationId, x.Saga.Emergency.Requester, x.Saga.Emergency.Target, missing, x.Message.DueAt, x.Now()));
    });

    public static Task RefuseUnknownReview(this ConsumeContext<CastReview> x)
    {
        x.Db().Record(x.Message.RequestId, x.Now(), "review-refused", ReviewRules.NotFound.Code, x.Message.Reviewer.Id, x.Message.Reviewer.Name);
        x.Reply(new ReviewCounted(x.Message.RequestId, false, ReviewRules.NotFound.Code, ReviewRules.NotFound.Message, ""));
        return Task.CompletedTask;
    }
}
