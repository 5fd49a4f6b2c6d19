namespace Hoop.Contracts.Approvals;

/// <summary>Fact: people granted a window. Every Ingress lets fitting operations pass without a hold while it lasts. Its id is the request's.</summary>
public sealed record GrantOpened
{
    public required Guid GrantId { get; init; }

    /// <summary><see cref="Identity.Principal.Id"/> of whom it is for.</summary>
    public required string PrincipalId { get; init; }
    public required string Target { get; init; }
    public required GrantScope Scope { get; init; }

    /// <summary>For <see cref="GrantScope.Role"/>.</summary>
    public string? Role { get; init; }

    public required string Fingerprint { get; init; }

    /// <summary>As in <see cref="ApprovalRequested"/>: what an operation must be the same as, the strictest first.</summary>
    public required string BoundTo { get; init; }
    public required string TextBoundTo { get; init; }
    public required string ShapeBoundTo { get; init; }

    public required GrantValues Values { get; init; }
    public IReadOnlyList<ValueBound> Bounds { get; init; } = [];

    /// <summary>The approved bind values.</summary>
    public IReadOnlyList<string?> BindValues { get; init; } = [];

    /// <summary>The rules that asked for the approval: it answers these, no others.</summary>
    public required IReadOnlyList<string> Rules { get; init; }
    public required IReadOnlyList<string> GrantedBy { get; init; }

    /// <summary>Rows one operation may change or return.</summary>
    public long? MaxRows { get; init; }

    /// <summary>The only policy version under which it counts.</summary>
    public required long PolicyVersion { get; init; }
    public required DateTimeOffset OpenedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>Fact: a window is over. Revoked: what runs on it is cut; else nothing new begins on it.</summary>
/// <param name="Cause"><c>revoked</c>, <c>expired</c> or <c>policy-changed</c>.</param>
/// <param name="By">Who revoked it.</param>
public sealed record GrantEnded(Guid GrantId, string Cause, string? By, string? Reason, DateTimeOffset At);

/// <summary>Fact: so often did an Ingress use a window since the process started. Each telling replaces the one before, so none is counted twice.</summary>
/// <param name="UserId">The Ingress process.</param>
public sealed record GrantUsesCounted(Guid GrantId, string UserId, long Uses, DateTimeOffset LastAt);

/// <summary>The windows that are open: what <c>GET /internal/grants</c> answers.</summary>
public sealed record OpenGrants(IReadOnlyList<GrantOpened> Grants);

/// <summary>Fact: the operation that used an approval is over.</summary>
/// <param name="Status">The command tag, or SQLSTATE and masked message.</param>
/// <param name="OverLimit">The row limit that it broke, so that it was rolled back.</param>
public sealed record ApprovedOperationEnded(
    Guid RequestId, string IngressId, bool Succeeded, string Status, long? Rows, long? OverLimit, DateTimeOffset At);
