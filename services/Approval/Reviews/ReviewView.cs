using Hoop.Approval.Requirements;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Reviews;

/// <summary>A review as the API tells it. Its request has all other facts.</summary>
internal sealed record ReviewView
{
    /// <summary>The request's id.</summary>
    public required Guid Id { get; init; }

    /// <summary><c>open, reviewed</c>.</summary>
    public required string State { get; init; }
    public required Principal Requester { get; init; }
    public required string Target { get; init; }
    public required string Reason { get; init; }
    public required string? Ticket { get; init; }
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>When it should have been reviewed by.</summary>
    public required DateTimeOffset DueAt { get; init; }
    public required bool Overdue { get; init; }

    /// <summary>Who must still look at it, in words; null when nobody.</summary>
    public required string? Missing { get; init; }
    public required IReadOnlyList<VerdictView> Verdicts { get; init; }

    /// <summary>Whether every reviewer found it so; null while open.</summary>
    public required bool? Justified { get; init; }
    public required DateTimeOffset? ClosedAt { get; init; }
    public required bool MayReview { get; init; }
    public required string? WhyNot { get; init; }

    public static ReviewView Of(ReviewState review, Principal viewer, DateTimeOffset now)
    {
        var (standing, refusal) = (review.Standing(), ReviewRules.RefuseReviewer(review, viewer));
        var due = review.OpenedAt + review.Emergency.ReviewWithin;
        return new ReviewView
        {
            Id = review.CorrelationId,
            State = review.CurrentState.ToLowerInvariant(),
            Requester = review.Emergency.Requester,
            Target = review.Emergency.Target,
            Reason = review.Emergency.Reason,
            Ticket = review.Emergency.Ticket,
            OpenedAt = review.OpenedAt,
            DueAt = due,
            Overdue = review.ClosedAt is null && now >= due,
            Missing = standing.Progress == Progress.Met ? null : standing.Missing,
            Verdicts = [.. review.Votes.Select(vote => new VerdictView(vote.Voter.Name, vote.Voter.Id, vote.Approve, vote.Reason, vote.At))],
            Justified = review.Justified,
            ClosedAt = review.ClosedAt,
            MayReview = refusal is null,
            WhyNot = refusal?.Message,
        };
    }
}

internal sealed record VerdictView(string Reviewer, string ReviewerId, bool Justified, string? Note, DateTimeOffset At);
