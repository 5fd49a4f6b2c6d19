using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary><c>with</c>: <c>redact</c>, <c>null</c>, <c>hash</c> or <c>{ partial: { keepLast: 4 } }</c>.</summary>
internal static class MaskModeReader
{
    private const string Choices = "use redact, null, hash or { partial: { keepLast: 4 } }";

    public static (MaskMode Mode, int KeepLast) Read(YamlFields mask, YamlErrors errors)
    {
        var path = $"{mask.Path}.with";
        // A plain null is a word here, so the field reader's "nothing" would be wrong.
        mask.Node("with");
        var node = mask.Map.Entries.Find(e => e.Key.Value == "with")?.Value;
        switch (node)
        {
            case null:
                mask.Missing("with", "with: redact");
                return default;
            case YamlScalar { Value: "redact" }: return (MaskMode.Redact, 0);
            case YamlScalar { Value: "null" }: return (MaskMode.Null, 0);
            case YamlScalar { Value: "hash" }: return (MaskMode.Hash, 0);
            case YamlScalar { Value: "partial" }:
                errors.Add(node, path, "partial needs to know how much to keep; write { partial: { keepLast: 4 } }");
                return default;
            case YamlScalar scalar:
                errors.Add(scalar, path, $"{YamlErrors.Show(scalar.Value)} is not a way to mask; {Choices}");
                return default;
            case YamlMap map: return Partial(new YamlFields(errors, map, path), errors);
            default:
                errors.Add(node, path, $"must not be {node.Shape}; {Choices}");
                return default;
        }
    }

    private static (MaskMode Mode, int KeepLast) Partial(YamlFields with, YamlErrors errors)
    {
        var partial = with.Fields("partial", "{ partial: { keepLast: 4 } }");
        with.End();
        if (partial is null) return default;
        var keep = partial.Whole("keepLast", 1, 64);
        if (keep is null && !partial.Has("keepLast")) errors.Add(partial.Map, partial.Path, "keepLast is missing; add for example keepLast: 4");
        partial.End();
        return (MaskMode.Partial, (int)(keep ?? 0));
    }
}
