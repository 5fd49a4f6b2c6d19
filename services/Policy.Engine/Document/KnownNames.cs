using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Rules;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary>Checks references to roles and targets. Names that were declared but hold an error still count as known.</summary>
internal sealed class KnownNames(YamlErrors errors)
{
    private readonly SortedSet<string> _targets = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _roles = new(StringComparer.Ordinal);
    private readonly HashSet<string> _withoutPeople = new(StringComparer.Ordinal);

    public void Add(IReadOnlyDictionary<string, TargetDocument> targets, IReadOnlyDictionary<string, RoleDocument> roles, YamlFields top)
    {
        _targets.UnionWith(targets.Keys);
        _targets.UnionWith(Declared(top.Node("targets")));
        _roles.UnionWith(roles.Keys);
        _roles.UnionWith(Declared(top.Node("roles")));
        _withoutPeople.UnionWith(roles.Where(role => role.Value.Kinds.Count > 0 && !role.Value.Kinds.Contains("human")).Select(role => role.Key));
    }

    /// <summary>Whether the role is for other kinds of principal alone.</summary>
    public bool IsWithoutPeople(string role) => _withoutPeople.Contains(role);

    public IReadOnlyList<string> Roles(IEnumerable<YamlText> names, string path, bool everybody = false)
    {
        var list = new List<string>();
        foreach (var name in names)
        {
            list.Add(name.Value);
            if (everybody && name.Value == RuleScope.Everybody) continue;
            if (!_roles.Contains(name.Value)) errors.Add(name, path, $"there is no role {YamlErrors.Show(name.Value)}{Hint(name.Value, _roles, "roles")}");
        }
        return list;
    }

    public IReadOnlyList<string> Targets(IEnumerable<YamlText> names, string path)
    {
        var list = new List<string>();
        foreach (var name in names)
        {
            list.Add(name.Value);
            if (!Glob.IsPattern(name.Value) && !_targets.Contains(name.Value))
                errors.Add(name, path, $"there is no target {YamlErrors.Show(name.Value)}{Hint(name.Value, _targets, "targets")}");
        }
        return list;
    }

    private static string Hint(string name, SortedSet<string> known, string section) =>
        known.Count == 0 ? $"; declare it under {section}" : Suggestion.For(name, known) is { Length: > 0 } hint ? hint : $"; declare it under {section}";

    private static IEnumerable<string> Declared(YamlNode? section) =>
        section is YamlMap map ? map.Entries.Select(e => e.Key.Value) : [];
}
