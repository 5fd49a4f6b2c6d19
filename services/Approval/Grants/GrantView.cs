using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Grants;

/// <summary>A grant as the API tells it. Its id is the request's: one approval leaves one grant.</summary>
public sealed record GrantView
{
    public required Guid Id { get; init; }

    /// <summary><c>active, used, expired, revoked, ended</c>.</summary>
    public required string State { get; init; }

    /// <summary><c>once</c> (the operation, one time), <c>fingerprint</c> or <c>role</c> (windows).</summary>
    public required string Scope { get; init; }
    public required string? Role { get; init; }
    public required Principal Principal { get; init; }
    public required string Target { get; init; }
    public required string Protocol { get; init; }
    public required string Statement { get; init; }
    public required IReadOnlyList<string?> BindValues { get; init; }
    public required string Fingerprint { get; init; }

    /// <summary>How far values may differ: <c>same, bounded, any</c>.</summary>
    public required string Values { get; init; }
    public required IReadOnlyList<ValueBound> Bounds { get; init; }
    public required IReadOnlyList<string> Rules { get; init; }
    public required long? MaxRows { get; init; }
    public required long PolicyVersion { get; init; }
    public required IReadOnlyList<string> GrantedBy { get; init; }
    public required DateTimeOffset OpenedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public required DateTimeOffset? EndedAt { get; init; }
    public required string? EndedBy { get; init; }

    /// <summary>The revoker's words, or <c>policy-changed</c>, <c>cancelled</c>, ….</summary>
    public required string? EndReason { get; init; }
    public required long Uses { get; init; }
    public required DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Whether whoever asks may revoke it now; if not, <see cref="WhyNot"/> says why.</summary>
    public required bool MayRevoke { get; init; }
    public required string? WhyNot { get; init; }

    /// <summary>The request's page in the portal.</summary>
    public required string Link { get; init; }
}
