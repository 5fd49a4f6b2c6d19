namespace Hoop.Contracts.Approvals;

/// <summary>What a grant that lasts a while opens.</summary>
public enum GrantScope
{
    /// <summary>The approved operation, again.</summary>
    Fingerprint,

    /// <summary>A role on the target: its principal is treated as having it.</summary>
    Role,
}

/// <summary>How far the values of a repeated operation may differ from the approved ones; strictest first.</summary>
public enum GrantValues
{
    /// <summary>Same text, same bind values.</summary>
    Same,

    /// <summary>Same text; bind values within bounds, and equal where none is given.</summary>
    Bounded,

    /// <summary>Any literals and bind values.</summary>
    Any,
}

/// <summary>What a rule lets approvers grant instead of a single use.</summary>
/// <param name="UpTo">The longest window.</param>
/// <param name="Scopes">Never empty.</param>
/// <param name="Roles">For <see cref="GrantScope.Role"/>: the roles that may be granted.</param>
/// <param name="Values">For <see cref="GrantScope.Fingerprint"/>: the loosest that may be granted.</param>
public sealed record GrantOffer(TimeSpan UpTo, IReadOnlyList<GrantScope> Scopes, IReadOnlyList<string> Roles, GrantValues Values);

/// <summary>The window an approver grants, within what the rule offers.</summary>
/// <param name="For">From the approval on.</param>
/// <param name="Role">For <see cref="GrantScope.Role"/>.</param>
/// <param name="Bounds">For <see cref="GrantValues.Bounded"/>.</param>
public sealed record GrantTerms(TimeSpan For, GrantScope Scope, string? Role, GrantValues Values, IReadOnlyList<ValueBound> Bounds);

/// <summary>What one bind value may be: within a range of numbers, or one of a list.</summary>
/// <param name="Parameter">From 1, as in <c>$1</c>.</param>
/// <param name="From">Inclusive; null: no least.</param>
/// <param name="To">Inclusive; null: no most.</param>
/// <param name="OneOf">As text; null is SQL NULL. When given, there is no range.</param>
public sealed record ValueBound(int Parameter, decimal? From, decimal? To, IReadOnlyList<string?>? OneOf);
