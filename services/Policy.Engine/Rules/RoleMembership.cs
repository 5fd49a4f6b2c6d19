using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;

namespace Hoop.Policy.Engine.Rules;

/// <summary>
/// Groups and kinds → roles, where statements are decided. Services that link no engine have the same in <c>HoopDocuments.RolesOf</c>; a test holds
/// the two together.
/// </summary>
public static class RoleMembership
{
    /// <summary>Sorted names. A role needs one of its groups and, when it lists kinds, the kind.</summary>
    public static IReadOnlyList<string> Of(Principal principal, IReadOnlyDictionary<string, RoleDocument> roles) =>
    [
        .. roles.Where(role => Has(principal, role.Value)).Select(role => role.Key).Order(StringComparer.Ordinal),
    ];

    private static bool Has(Principal principal, RoleDocument role) =>
        role.Groups.Any(g => principal.Groups.Contains(g, StringComparer.Ordinal))
        && (role.Kinds.Count == 0 || role.Kinds.Contains(principal.Kind, StringComparer.Ordinal));
}
