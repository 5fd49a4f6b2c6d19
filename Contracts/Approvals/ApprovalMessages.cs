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

/// <summary>Fact: nobody waits for this request any more. An approval that was given survives a lost client, not a change of mind.</summary>
/// <param name="Cause"><c>cancelled</c>, <c>policy changed</c>, … ; or the client was lost: <c>disconnected</c>, <c>shutdown</c>, <c>crash</c>.</param>
public sealed record ApprovalWithdrawn(Guid RequestId, string Cause, DateTimeOffset At);

/// <summary>Command: a person's vote, checked by the saga (not the requester, a person, of an approver group, once).</summary>
public sealed record CastVote(Guid RequestId, Principal Voter, bool Approve, string? Reason)
{
    /// <summary>How the voter showed who they are, beyond being signed in. Checked by whoever sends the vote.</summary>
    public StepUp Shown { get; init; }

    /// <summary>Approved up to so many rows; null: as many as the rules allow. The lowest of all approving votes counts.</summary>
    public long? MaxRows { get; init; }

    /// <summary>A window instead of a single use. It opens when every approving vote grants one, as the strictest of them says.</summary>
    public GrantTerms? Grant { get; init; }
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
public sealed record ApprovalRedeemed(Guid RequestId, bool Granted, string Message)
{
    /// <summary>Rows the operation may change or return, as approved.</summary>
    public long? MaxRows { get; init; }

    /// <summary>The window that the approval opened, on which this operation runs too.</summary>
    public GrantOpened? Grant { get; init; }
}
