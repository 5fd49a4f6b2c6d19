using Hoop.Contracts.Identity;

namespace Hoop.Contracts.Approvals;

/// <summary>Fact, and alarm: somebody broke the glass, and the operation was released without approval. Opens its review.</summary>
public sealed record EmergencyAccessUsed
{
    public required Guid RequestId { get; init; }
    public required Principal Requester { get; init; }
    public required string Target { get; init; }
    public required string Reason { get; init; }
    public string? Ticket { get; init; }

    /// <summary>Who must look at it afterwards: one requirement of each rule that was passed over.</summary>
    public required IReadOnlyList<ApprovalRequirement> Reviews { get; init; }

    public required TimeSpan ReviewWithin { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>Fact, and alarm: nobody has reviewed an emergency in time. Repeated until it is reviewed.</summary>
public sealed record EmergencyReviewOverdue(Guid RequestId, Principal Requester, string Target, string Missing, DateTimeOffset DueAt, DateTimeOffset At);

/// <summary>Command: a person's verdict on an emergency. Checked like a vote.</summary>
/// <param name="Note">Why; needed.</param>
public sealed record CastReview(Guid RequestId, Principal Reviewer, bool Justified, string? Note);

/// <summary>Reply to <see cref="CastReview"/>.</summary>
/// <param name="State">The review's state afterwards: <c>open</c> or <c>reviewed</c>; empty when there is none.</param>
public sealed record ReviewCounted(Guid RequestId, bool Accepted, string Code, string Message, string State);

/// <summary>Fact: the review is complete.</summary>
/// <param name="Justified">Every reviewer found so.</param>
public sealed record EmergencyReviewed(Guid RequestId, bool Justified, IReadOnlyList<string> ReviewedBy, DateTimeOffset At);

/// <summary>Fact: nobody decided in time, so further people may.</summary>
/// <param name="To">Who, in words.</param>
public sealed record ApprovalEscalated(Guid RequestId, string Rule, string To, DateTimeOffset At);
