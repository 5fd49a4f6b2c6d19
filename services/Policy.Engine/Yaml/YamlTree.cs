using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Hoop.Policy.Engine.Yaml;

/// <summary>
/// Reads YAML text into nodes, refusing what a configuration never needs and an attacker does: aliases, tags, several documents,
/// deep nesting, large texts.
/// </summary>
internal sealed class YamlTree
{
    public const int MaxBytes = 1024 * 1024;
    private const string NotYaml = "this is not valid YAML; look here and just above for a missing colon, quote, bracket or space of indentation";
    private const int MaxDepth = 16;
    private const int MaxNodes = 100_000;

    private readonly Parser _parser;
    private readonly YamlErrors _errors;
    private int _nodes;

    private YamlTree(string yaml, YamlErrors errors)
    {
        _parser = new Parser(new Scanner(new StringReader(yaml), skipComments: true));
        _errors = errors;
    }

    /// <summary>The root map, or null; then there is at least one error.</summary>
    public static YamlMap? Read(string yaml, YamlErrors errors)
    {
        if (Encoding.UTF8.GetByteCount(yaml) > MaxBytes)
        {
            errors.Add(1, 1, "", "the document is larger than 1 MiB; a hoop.yaml is a few kilobytes");
            return null;
        }
        var tree = new YamlTree(yaml, errors);
        try
        {
            return tree.ReadDocument();
        }
        catch (YamlException broken)
        {
            errors.Add((int)broken.Start.Line, (int)broken.Start.Column, "", Describe(yaml, broken));
        }
        catch (Exception broken) when (broken is InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            // The scanner answers some broken texts with its own internal errors.
            var at = tree._parser.Current?.Start ?? new Mark(0, 1, 1);
            errors.Add((int)at.Line, (int)at.Column, "", NotYaml);
        }
        catch (RefusedException refused)
        {
            errors.Add((int)refused.At.Line, (int)refused.At.Column, "", refused.Message);
        }
        return null;
    }

    private YamlMap? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            _errors.Add(1, 1, "", "the document is empty; it needs at least \"version: 1\"");
            return null;
        }
        _parser.Consume<DocumentStart>();
        var root = ReadNode(0);
        _parser.Consume<DocumentEnd>();
        if (!_parser.Accept<StreamEnd>(out var rest))
            throw new RefusedException(_parser.Current?.Start ?? rest?.Start ?? Mark.Empty, "a second YAML document begins here; put everything into one");
        if (root is YamlMap map) return map;
        _errors.Add(root, "", $"the document must be a map that begins with \"version: 1\", not {root.Shape}");
        return null;
    }

    private YamlNode ReadNode(int depth)
    {
        var at = (_parser.Current ?? throw new InvalidOperationException("no event")).Start;
        if (_parser.Accept<AnchorAlias>(out var alias))
            throw new RefusedException(alias.Start, "YAML aliases are not supported; a text that begins with * needs quotes, such as \"*.orders\"");
        if (depth > MaxDepth) throw new RefusedException(at, $"nested deeper than {MaxDepth} levels");
        if (++_nodes > MaxNodes) throw new RefusedException(at, $"more than {MaxNodes} values in one document");
        if (_parser.Current is NodeEvent node) RefuseExtras(node);

        if (_parser.TryConsume<Scalar>(out var scalar)) return ToScalar(scalar);
        if (_parser.TryConsume<SequenceStart>(out _)) return ReadList(at, depth);
        _parser.Consume<MappingStart>();
        return ReadMap(at, depth);
    }

    private static void RefuseExtras(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty) throw new RefusedException(node.Start, "YAML anchors (&name) are not supported; write the value where it is used");
        if (!node.Tag.IsEmpty) throw new RefusedException(node.Start, "YAML tags (!name) are not supported; a text that begins with ! needs quotes");
    }

    private YamlList ReadList(Mark at, int depth)
    {
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(depth + 1));
        return new YamlList((int)at.Line, (int)at.Column, items);
    }

    private YamlMap ReadMap(Mark at, int depth)
    {
        var entries = new List<YamlEntry>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key is YamlScalar name) entries.Add(new YamlEntry(name, value));
            else _errors.Add(key, "", $"a key must be a single word, not {key.Shape}");
        }
        return new YamlMap((int)at.Line, (int)at.Column, entries);
    }

    private static YamlScalar ToScalar(Scalar scalar) =>
        new((int)scalar.Start.Line, (int)scalar.Start.Column, scalar.Value, scalar.Style == ScalarStyle.Plain);

    private static string Describe(string yaml, YamlException broken)
    {
        var index = (int)Math.Clamp(broken.Start.Index, 0, Math.Max(0, yaml.Length - 1));
        if (yaml.Length > 0 && yaml[index] == '*') return "a text that begins with * needs quotes in YAML, such as \"*\" or \"*.orders\"";
        return NotYaml;
    }

    private sealed class RefusedException(Mark at, string message) : Exception(message)
    {
        public Mark At { get; } = at;
    }
}
