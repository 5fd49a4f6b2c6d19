using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;

namespace Hoop.ServiceDefaults.Documents;

/// <summary>The active <c>hoop.yaml</c> as this service knows it. Null until the first was pulled or read from disk: then everything is refused.</summary>
public sealed class HoopDocuments
{
    private volatile HoopDocument? current;

    public HoopDocument? Current => current;

    /// <summary>Raised after <see cref="Current"/> changed, on the refreshing task.</summary>
    public event Action<HoopDocument>? Changed;

    /// <summary>Role names of a principal under the active document.</summary>
    public IReadOnlyList<string> RolesOf(Principal principal)
    {
        if (current is not { } document) return [];
        var roles = new List<string>();
        foreach (var (name, role) in document.Roles)
            if ((role.Kinds.Count == 0 || role.Kinds.Contains(principal.Kind)) && role.Groups.Any(principal.Groups.Contains))
                roles.Add(name);
        return roles;
    }

    /// <summary>True when the principal has one of the roles (<c>*</c>: anybody).</summary>
    public bool HasAnyRole(Principal principal, IReadOnlyList<string> roles) =>
        roles.Contains("*") || RolesOf(principal).Any(roles.Contains);

    /// <summary>For the feed, and for the Policy service itself. The document already in force is ignored.</summary>
    public void Set(HoopDocument document)
    {
        if (current is { } old && old.Version >= document.Version && old.Digest == document.Digest) return;
        current = document;
        Changed?.Invoke(document);
    }
}
