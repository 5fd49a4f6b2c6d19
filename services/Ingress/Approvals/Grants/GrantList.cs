using System.Collections.Frozen;
using Hoop.Contracts.Approvals;

namespace Hoop.Ingress.Approvals.Grants;

/// <summary>The windows at one moment, by whom and where they are for. Immutable: sessions tell a change by the object.</summary>
internal sealed class GrantList
{
    internal static readonly GrantList Empty = new([]);

    private readonly FrozenDictionary<(string Principal, string Target), ActiveGrant[]> byUser;

    internal GrantList(IReadOnlyCollection<ActiveGrant> grants)
    {
        All = grants;
        byUser = grants.GroupBy(grant => (grant.Facts.PrincipalId, grant.Facts.Target)).ToFrozenDictionary(group => group.Key, group => group.ToArray());
    }

    internal IReadOnlyCollection<ActiveGrant> All { get; }

    internal ReadOnlySpan<ActiveGrant> Of(string principal, string target) =>
        byUser.Count > 0 && byUser.TryGetValue((principal, target), out var grants) ? grants : [];

    /// <summary>Those that give a role, in a fixed order.</summary>
    internal ActiveGrant[] RolesOf(string principal, string target)
    {
        var mine = Of(principal, target);
        return mine.IsEmpty ? [] : [.. mine.ToArray().Where(grant => grant.Facts.Scope == GrantScope.Role).OrderBy(grant => grant.Facts.GrantId)];
    }
}
