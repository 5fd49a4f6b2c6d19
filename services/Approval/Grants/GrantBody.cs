using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;

namespace Hoop.Approval.Grants;

/// <summary>A window as the API takes it: <c>{ "for": "1h", "scope": "fingerprint" }</c>.</summary>
/// <param name="For">As in hoop.yaml: <c>30s</c>, <c>15m</c>, <c>1h</c>, <c>2d</c>.</param>
/// <param name="Scope"><c>fingerprint</c> (default) or <c>role</c>.</param>
/// <param name="Values"><c>same</c> (default), <c>bounded</c> or <c>any</c>.</param>
internal sealed record GrantBody(string? For, string? Scope, string? Role, string? Values, IReadOnlyList<ValueBound>? Bounds)
{
    /// <summary>One of the two is set.</summary>
    public (GrantTerms? Terms, Refusal? Refusal) Read()
    {
        if (GrantWording.ParseDuration(For) is not { } time)
            return Bad("for must be a duration, such as 30m or 1h.");
        if (ReadScope() is not { } scope) return Bad("scope must be fingerprint or role.");
        if (ReadValues() is not { } values) return Bad("values must be same, bounded or any.");
        if (Bounds?.Any(bound => bound is null) == true) return Bad("bounds must be a list of { parameter, from, to } or { parameter, oneOf }.");
        return (new GrantTerms(time, scope, Role, values, Bounds ?? []), null);
    }

    private GrantScope? ReadScope() => Scope switch
    {
        null => GrantScope.Fingerprint,
        _ when Scope == GrantWording.Of(GrantScope.Fingerprint) => GrantScope.Fingerprint,
        _ when Scope == GrantWording.Of(GrantScope.Role) => GrantScope.Role,
        _ => null,
    };

    private GrantValues? ReadValues() => Values switch
    {
        // Who gives bounds means them.
        null => Bounds is { Count: > 0 } ? GrantValues.Bounded : GrantValues.Same,
        "same" => GrantValues.Same,
        "bounded" => GrantValues.Bounded,
        "any" => GrantValues.Any,
        _ => null,
    };

    private static (GrantTerms?, Refusal?) Bad(string message) => (null, new("bad-grant", message));
}
