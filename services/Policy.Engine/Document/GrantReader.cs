using Hoop.Contracts.Approvals;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary><c>grant</c> inside <c>approve</c>: what approvers may grant instead of a single use.</summary>
internal static class GrantReader
{
    private const string Example = "grant: { upTo: 1h }";
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private static readonly Dictionary<string, GrantScope> Scopes = new() { ["fingerprint"] = GrantScope.Fingerprint, ["role"] = GrantScope.Role };
    private static readonly Dictionary<string, GrantValues> Looseness = new() { ["same"] = GrantValues.Same, ["bounded"] = GrantValues.Bounded, ["any"] = GrantValues.Any };

    /// <summary>Null when approvals are for a single use only.</summary>
    public static GrantOffer? Read(YamlFields approve, YamlErrors errors, KnownNames names)
    {
        if (!approve.Has("grant") || approve.Fields("grant", Example) is not { } fields) return null;
        var upTo = ReadUpTo(fields, errors);
        var scopes = ReadScopes(fields, errors);
        var roles = ReadRoles(fields, scopes, errors, names);
        var values = Formats.Word(fields, errors, "values", Looseness.Keys) is { } word ? Looseness[word] : GrantValues.Same;
        if (fields.Has("values") && !scopes.Contains(GrantScope.Fingerprint))
            errors.Add(fields.Map, fields.Path, "values speaks of windows for a statement; add scopes: [fingerprint, role] or leave values out");
        fields.End();
        return new GrantOffer(upTo, scopes, roles, values);
    }

    private static TimeSpan ReadUpTo(YamlFields fields, YamlErrors errors)
    {
        if (fields.Text("upTo", Example) is not { } text) return TimeSpan.Zero;
        if (Formats.Duration(text.Value) is { } duration && duration <= Longest) return duration;
        errors.Add(text, $"{fields.Path}.upTo", $"{YamlErrors.Show(text.Value)} is not a duration of at most a day; write a number with s, m, h or d, such as 30m or 1h");
        return TimeSpan.Zero;
    }

    private static GrantScope[] ReadScopes(YamlFields fields, YamlErrors errors)
    {
        if (!fields.Has("scopes")) return [GrantScope.Fingerprint];
        var scopes = new List<GrantScope>();
        foreach (var text in fields.Texts("scopes", "scopes: [fingerprint, role]"))
        {
            if (Scopes.TryGetValue(text.Value, out var scope)) scopes.Add(scope);
            else errors.Add(text, $"{fields.Path}.scopes", $"{YamlErrors.Show(text.Value)} is not a scope{Suggestion.For(text.Value, Scopes.Keys)}");
        }
        return [.. scopes.Distinct().Order()];
    }

    private static List<string> ReadRoles(YamlFields fields, GrantScope[] scopes, YamlErrors errors, KnownNames names)
    {
        var forRole = scopes.Contains(GrantScope.Role);
        var roles = names.Roles(fields.Texts("roles", forRole ? "roles: [dba], the roles that may be granted" : null), $"{fields.Path}.roles");
        if (!forRole && fields.Has("roles"))
            errors.Add(fields.Map, fields.Path, "roles are granted with the scope role; add scopes: [role] or leave roles out");
        return [.. roles];
    }
}
