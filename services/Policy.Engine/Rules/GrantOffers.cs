using Hoop.Contracts.Approvals;

namespace Hoop.Policy.Engine.Rules;

/// <summary>What several rules that ask for approval let approvers grant: no more than each of them.</summary>
internal static class GrantOffers
{
    public static GrantOffer? Common(IEnumerable<CompiledRule> asking) => asking.Select(rule => rule.Document.Grant).Aggregate(Common);

    private static GrantOffer? Common(GrantOffer? one, GrantOffer? other)
    {
        if (one is null || other is null) return null;
        string[] roles = [.. one.Roles.Intersect(other.Roles, StringComparer.Ordinal)];
        GrantScope[] scopes = [.. one.Scopes.Intersect(other.Scopes).Where(scope => scope != GrantScope.Role || roles.Length > 0)];
        return scopes.Length == 0
            ? null
            : new GrantOffer(one.UpTo < other.UpTo ? one.UpTo : other.UpTo, scopes, roles, one.Values < other.Values ? one.Values : other.Values);
    }
}
