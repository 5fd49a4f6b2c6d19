using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary>Lists of maps that have a unique name: policies and masks.</summary>
internal static class NamedItems
{
    private const int MaxName = 100;

    /// <summary>The items that are maps, each with its name; null as name when it has none (reported).</summary>
    public static IEnumerable<(string? Name, YamlFields Fields)> Read(YamlFields top, YamlErrors errors, string section, string example)
    {
        var node = top.Node(section);
        if (node is null) yield break;
        if (node is not YamlList list)
        {
            errors.Add(node, section, $"must be a list, not {node.Shape}; such as - {example}");
            yield break;
        }
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (list.Items[i] is YamlMap map) yield return Named(map, errors, section, i, seen);
            else errors.Add(list.Items[i], $"{section}[{i + 1}]", $"must be a map, not {list.Items[i].Shape}; such as {example}");
        }
    }

    private static (string? Name, YamlFields Fields) Named(YamlMap map, YamlErrors errors, string section, int index, Dictionary<string, int> seen)
    {
        var written = map.Entries.Find(e => e.Key.Value == "name")?.Value as YamlScalar;
        var path = written is { IsNothing: false, Value.Length: > 0 } ? $"{section} {YamlErrors.Show(written.Value)}" : $"{section}[{index + 1}]";
        var fields = new YamlFields(errors, map, path);
        if (fields.Text("name", "name: agents-read") is not { } name) return (null, fields);
        if (name.Value.Length > MaxName || name.Value.Any(char.IsControl)) errors.Add(name, path, $"a name is one line of at most {MaxName} characters");
        if (!seen.TryAdd(name.Value, name.Line)) errors.Add(name, section, $"the name {YamlErrors.Show(name.Value)} is used twice (first on line {seen[name.Value]}); names must differ, records refer to them");
        return (name.Value, fields);
    }
}
