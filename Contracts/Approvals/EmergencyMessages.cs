using Hoop.Contracts.Identity;

namespace Hoop.Contracts.Approvals;

/// <summary>Fact, and alarm: somebody broke the glass, and the operation was released without approval.</summary>
public sealed record EmergencyAccessUsed(
    Guid RequestId, Principal Requester, string Target, string Reason, string? Ticket, IReadOnlyList<string> Rules, DateTimeOffset ReviewDueAt, DateTimeOffset At);

/// <summary>Fact, and alarm: nobody has reviewed an emergency in time. Repeated until it is reviewed.</summary>
public sealed record EmergencyReviewOverdue(Guid RequestId, Principal Requester, string Target, string Missing, DateTimeOffset DueAt, DateTimeOffset At);

/// <summary>Command: a person's verdict on an emergency. Checked like a vote.</summary>
/// <param name="Note">Why; needed.</param>
public sealed record CastReview(Guid RequestId, Principal Reviewer, bool Justified, string? Note);

/// <summary>Fact: the review is complete.</summary>
/// <param name="Justified">Every reviewer found so.</param>
public sealed record EmergencyReviewed(Guid RequestId, bool Justified, IReadOnlyList<string> ReviewedBy, DateTimeOffset At);

/// <summary>Fact: nobody decided in time, so further people may.</summary>
/// <param name="To">Who, in words.</param>
public sealed record ApprovalEscalated(Guid RequestId, string Rule, string To, DateTimeOffset At);
