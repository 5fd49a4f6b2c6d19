using System.Globalization;

namespace Hoop.Policy.Engine.Yaml;

/// <summary>
/// Reads one map field by field: reports wrong types, missing and duplicate keys, and, at <see cref="End"/>, every key that nobody
/// asked for. Reading goes on after an error, so that one pass finds all of them.
/// </summary>
internal sealed class YamlFields
{
    private readonly YamlErrors _errors;
    private readonly YamlMap _map;
    private readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];
    private readonly bool _quiet;

    /// <param name="quiet">Never repeat an unknown key: a secret may stand in its place.</param>
    public YamlFields(YamlErrors errors, YamlMap map, string path, bool quiet = false)
    {
        (_errors, _map, Path, _quiet) = (errors, map, path, quiet);
        foreach (var entry in Entries(errors, map, path, quiet)) _values.Add(entry.Key.Value, entry.Value);
    }

    public string Path { get; }

    public YamlMap Map => _map;

    /// <summary>The entries whose key was not there before; the others are reported.</summary>
    public static List<YamlEntry> Entries(YamlErrors errors, YamlMap map, string path, bool quiet = false)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        var entries = new List<YamlEntry>();
        foreach (var entry in map.Entries)
        {
            if (first.TryAdd(entry.Key.Value, entry.Key.Line)) entries.Add(entry);
            else errors.Add(entry.Key, path, $"{(quiet ? "a key" : YamlErrors.Show(entry.Key.Value))} is given twice (first on line {first[entry.Key.Value]}); keep one");
        }
        return entries;
    }

    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>The value, or null when absent or empty.</summary>
    public YamlNode? Node(string key)
    {
        _known.Add(key);
        return _values.TryGetValue(key, out var node) && node is not YamlScalar { IsNothing: true } ? node : null;
    }

    public void Missing(string key, string example) => _errors.Add(_map, Path, $"{key} is missing; add for example {example}");

    public YamlText? Text(string key, string? example = null)
    {
        var node = Node(key);
        if (node is YamlScalar { Value.Length: > 0 } scalar) return new YamlText(scalar.Value, scalar.Line, scalar.Column);
        if (node is not null) _errors.Add(node, $"{Path}.{key}", $"must be a single value, not {(node is YamlScalar ? "an empty one" : node.Shape)}");
        else if (example is not null) Missing(key, example);
        return null;
    }

    public YamlFields? Fields(string key, string? example = null, bool quiet = false)
    {
        var node = Node(key);
        if (node is YamlMap map) return new YamlFields(_errors, map, $"{Path}.{key}".TrimStart('.'), quiet);
        if (node is not null) _errors.Add(node, $"{Path}.{key}".TrimStart('.'), $"must be a map, not {node.Shape}{(example is null ? "" : $"; for example {example}")}");
        else if (example is not null) Missing(key, example);
        return null;
    }

    /// <summary>A list of texts; empty when absent. An empty list where an example is given counts as missing.</summary>
    public List<YamlText> Texts(string key, string? example = null, bool mayBeEmpty = false)
    {
        var node = Node(key);
        if (node is null)
        {
            if (example is not null) Missing(key, example);
            return [];
        }
        if (node is not YamlList list)
        {
            _errors.Add(node, $"{Path}.{key}", $"must be a list, not {node.Shape}; write it in brackets{(example is null ? "" : $", such as {example}")}");
            return [];
        }
        if (list.Items.Count == 0 && !mayBeEmpty) _errors.Add(node, $"{Path}.{key}", $"the list is empty; {(example is null ? "name something or leave it out" : $"write for example {example}")}");
        var texts = new List<YamlText>();
        foreach (var item in list.Items)
        {
            if (item is YamlScalar { IsNothing: false, Value.Length: > 0 } scalar) texts.Add(new YamlText(scalar.Value, scalar.Line, scalar.Column));
            else _errors.Add(item, $"{Path}.{key}", $"every item must be a single value, not {(item is YamlScalar ? "an empty one" : item.Shape)}");
        }
        return texts;
    }

    /// <summary>A list of maps; empty when absent.</summary>
    public IEnumerable<YamlFields> Maps(string key, string example)
    {
        var node = Node(key);
        if (node is null) yield break;
        if (node is not YamlList { Items.Count: > 0 } list)
        {
            _errors.Add(node, $"{Path}.{key}", $"must be a list of at least one, not {(node is YamlList ? "an empty one" : node.Shape)}; such as {example}");
            yield break;
        }
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (list.Items[i] is YamlMap map) yield return new YamlFields(_errors, map, $"{Path}.{key}[{i + 1}]");
            else _errors.Add(list.Items[i], $"{Path}.{key}[{i + 1}]", $"must be a map, not {list.Items[i].Shape}; such as {example}");
        }
    }

    public long? Whole(string key, long least, long most)
    {
        var node = Node(key);
        if (node is null) return null;
        if (node is YamlScalar scalar && long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most) return number;
        _errors.Add(node, $"{Path}.{key}", $"must be a whole number from {least} to {most}");
        return null;
    }

    /// <summary>Texts by name, such as labels.</summary>
    public Dictionary<string, string> TextMap(string key)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Fields(key) is not { } fields) return texts;
        foreach (var name in fields._values.Keys)
            if (fields.Text(name, "a value") is { } text) texts.Add(name, text.Value);
        return texts;
    }

    /// <summary>Reports the keys that nobody asked for.</summary>
    public void End()
    {
        foreach (var entry in _map.Entries)
        {
            var key = entry.Key.Value;
            if (_known.Contains(key)) continue;
            var name = _quiet && Suggestion.Nearest(key, _known) is null ? "unknown key" : $"unknown key {YamlErrors.Show(key)}";
            _errors.Add(entry.Key, Path, name + Suggestion.For(key, _known));
        }
    }
}
