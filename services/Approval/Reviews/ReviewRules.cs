using Hoop.Approval.Requirements;
using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Reviews;

/// <summary>Who may review what. Pure: the saga, the API and the portal ask the same questions.</summary>
internal static class ReviewRules
{
    public static readonly Refusal NotFound = new("not-found", "There is no emergency under this id that you may review. Check the id, or list the reviews that are open.");

    /// <summary>Null: the verdict counts.</summary>
    public static Refusal? Refuse(ReviewState review, CastReview verdict) => RefuseReviewer(review, verdict.Reviewer) ?? RefuseNote(verdict.Note);

    /// <summary>Null: this person may review it now.</summary>
    public static Refusal? RefuseReviewer(ReviewState review, Principal reviewer)
    {
        var emergency = review.Emergency;
        if (VoteRules.RefusePerson(emergency.Requester, reviewer) is { } refusal) return refusal;
        var facts = review.Facts();
        if (!emergency.Reviews.Any(one => RequirementEvaluator.MayApprove(one, reviewer, facts)))
            return new("not-reviewer", $"Only {RequirementWording.Anyone(emergency.Reviews.SelectMany(one => one.Steps).SelectMany(step => step.Approvers).Distinct(), emergency.Requester)} may review this.");
        if (review.Votes.Any(vote => vote.Voter.Id == reviewer.Id)) return new("already-voted", "You have reviewed it already.");
        if (review.ClosedAt is not null) return new("already-reviewed", "It is reviewed already; nothing is left to do.");
        return null;
    }

    /// <summary>Any verdict is a review, whatever it says: what counts is that people looked.</summary>
    public static RequestStanding Standing(this ReviewState review) =>
        RequirementEvaluator.Evaluate(review.Emergency.Reviews, review.Facts() with { Votes = [.. review.Votes.Select(vote => vote with { Approve = true })] });

    private static Refusal? RefuseNote(string? note) =>
        string.IsNullOrWhiteSpace(note) ? new("reason-needed", "Say what you found: it stays on record.")
        : note.Length > VoteRules.MaxReasonLength ? VoteRules.ReasonTooLong : null;

    private static Facts Facts(this ReviewState review) =>
        new(review.Emergency.Requester, review.Votes, review.OpenedAt, DateTimeOffset.MaxValue, review.OpenedAt);
}
