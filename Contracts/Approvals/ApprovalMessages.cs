using Hoop.Contracts.Identity;

namespace Hoop.Contracts.Approvals;

/// <summary>Fact: what the target says beforehand arrived (EXPLAIN and reads, never executed). Shown to approvers; never delays the request. The latest counts.</summary>
/// <param name="EstimatedRows">Null when the plan has none.</param>
/// <param name="Plan">EXPLAIN (FORMAT JSON), or a one-line reason why there is none.</param>
public sealed record ApprovalPreviewed(Guid RequestId, double? EstimatedRows, string Plan)
{
    /// <summary>Null when the target could not be asked.</summary>
    public PreviewDetails? Details { get; init; }
}

/// <summary>Command: look again. The Ingress that holds the operation answers with a new <see cref="ApprovalPreviewed"/>; nobody else does.</summary>
public sealed record RefreshPreview(Guid RequestId, string IngressId);

/// <summary>Fact: the client cancelled, disconnected, or its Ingress shut down before a decision.</summary>
/// <param name="Cause"><c>cancelled</c>, <c>disconnected</c>, <c>shutdown</c> or <c>crash</c>.</param>
public sealed record ApprovalWithdrawn(Guid RequestId, string Cause, DateTimeOffset At);

/// <summary>Command: a person's vote, checked by the saga (not the requester, a person, of an approver group, once).</summary>
public sealed record CastVote(Guid RequestId, Principal Voter, bool Approve, string? Reason)
{
    /// <summary>How the voter showed who they are, beyond being signed in. Checked by whoever sends the vote.</summary>
    public StepUp Shown { get; init; }
}

/// <summary>Reply to <see cref="CastVote"/>.</summary>
/// <param name="Accepted">False: refused, and <paramref name="Message"/> says why in one line.</param>
/// <param name="State">The request's state after the vote: <c>pending, approved, denied, expired, withdrawn, used</c>.</param>
public sealed record VoteCounted(Guid RequestId, bool Accepted, string Code, string Message, string State);

public enum ApprovalOutcome { Approved, Denied, Expired, Withdrawn }

/// <summary>Fact: the request is decided. The Ingress that holds the client acts on it.</summary>
/// <param name="Reason">The decider's words, or why it ended.</param>
public sealed record ApprovalResolved(
    Guid RequestId, string IngressId, ApprovalOutcome Outcome, IReadOnlyList<string> DecidedBy, string? Reason, DateTimeOffset At);

/// <summary>Command: use the approval, once. Sent by the Ingress just before it releases the operation.</summary>
public sealed record RedeemApproval(Guid RequestId, string IngressId, string BoundTo);

/// <summary>Reply to <see cref="RedeemApproval"/>; at most one redeem of a request is ever granted.</summary>
public sealed record ApprovalRedeemed(Guid RequestId, bool Granted, string Message);
