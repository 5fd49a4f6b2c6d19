using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary><c>roles</c>: name → the groups and principal kinds that have it.</summary>
internal static class RolesSection
{
    public static readonly string[] Kinds = ["agent", "human", "service"];

    public static IReadOnlyDictionary<string, RoleDocument> Read(YamlFields top, YamlErrors errors)
    {
        var roles = new SortedDictionary<string, RoleDocument>(StringComparer.Ordinal);
        if (top.Fields("roles") is not { } section) return roles;
        foreach (var (key, node) in YamlFields.Entries(new YamlErrors(), section.Map, ""))
        {
            var path = $"roles.{YamlErrors.Show(key.Value)[1..^1]}";
            if (!Formats.IsName(key.Value)) errors.Add(key, "roles", $"{YamlErrors.Show(key.Value)} cannot be a role's name; {Formats.NameRule}");
            if (node is not YamlMap map) errors.Add(node, path, $"must be a map, not {node.Shape}; such as {{ groups: [agents] }}");
            else roles[key.Value] = ReadRole(new YamlFields(errors, map, path), errors);
        }
        return roles;
    }

    private static RoleDocument ReadRole(YamlFields fields, YamlErrors errors)
    {
        var groups = fields.Texts("groups", "groups: [agents]");
        var kinds = fields.Texts("kinds");
        foreach (var kind in kinds.Where(k => !Kinds.Contains(k.Value)))
            errors.Add(kind, $"{fields.Path}.kinds", $"{YamlErrors.Show(kind.Value)} is not a kind of principal{Suggestion.For(kind.Value, Kinds)}");
        fields.End();
        return new RoleDocument([.. groups.Select(g => g.Value)], [.. kinds.Select(k => k.Value)]);
    }
}
