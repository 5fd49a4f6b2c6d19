using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary><c>masks</c>: which values are rewritten, and how.</summary>
internal static class MasksSection
{
    private const string Example = "{ name: ssn, targets: [shop], columns: [public.customers.ssn], with: redact }";

    public static readonly string[] Detectors = ["credit-card", "ssn", "email", "phone", "iban", "secret-key", "national-id", "passport", "ip-address"];
    public static readonly string[] PredicateRules = ["equality", "allow", "approve", "block"];

    public static IReadOnlyList<MaskDocument> Read(YamlFields top, YamlErrors errors, KnownNames names)
    {
        var masks = new List<MaskDocument>();
        foreach (var (name, fields) in NamedItems.Read(top, errors, "masks", Example))
            if (ReadMask(name, fields, errors, names) is { } mask) masks.Add(mask);
        return masks;
    }

    private static MaskDocument? ReadMask(string? name, YamlFields fields, YamlErrors errors, KnownNames names)
    {
        var targets = names.Targets(fields.Texts("targets", "targets: [shop]"), $"{fields.Path}.targets");
        var columns = ReadColumns(fields, errors);
        var detect = ReadDetectors(fields, errors);
        RequireOneSubject(fields, errors);
        var (mode, keepLast) = MaskModeReader.Read(fields, errors);
        var except = names.Roles(fields.Texts("except"), $"{fields.Path}.except");
        var predicates = Formats.Word(fields, errors, "predicates", PredicateRules);
        var safe = fields.Texts("safe", mayBeEmpty: true);
        if (fields.Has("detect") && !fields.Has("columns")) RefuseColumnOnly(fields, errors);
        fields.End();
        if (name is null) return null;
        var mask = new MaskDocument
        {
            Name = name, Targets = targets, Columns = columns, Detect = detect, Mode = mode, KeepLast = keepLast, Except = except,
            Predicates = predicates is null ? PredicateRule.Equality : Enum.Parse<PredicateRule>(predicates, ignoreCase: true),
        };
        return fields.Has("safe") ? mask with { SafeFunctions = [.. safe.Select(s => s.Value)] } : mask;
    }

    private static void RequireOneSubject(YamlFields fields, YamlErrors errors)
    {
        var (columns, detect) = (fields.Has("columns"), fields.Has("detect"));
        if (columns && detect) errors.Add(fields.Map, fields.Path, "has both columns and detect; make a mask of each");
        if (!columns && !detect) errors.Add(fields.Map, fields.Path, "masks nothing; add columns: [schema.table.column] or detect: [credit-card]");
    }

    private static void RefuseColumnOnly(YamlFields fields, YamlErrors errors)
    {
        foreach (var key in new[] { "predicates", "safe" })
            if (fields.Has(key)) errors.Add(fields.Map, fields.Path, $"{key} is for column masks; leave it out of a mask with detect");
    }

    private static List<string> ReadColumns(YamlFields fields, YamlErrors errors)
    {
        var columns = new List<string>();
        foreach (var text in fields.Texts("columns"))
        {
            columns.Add(text.Value);
            if (text.Value.Split('.') is not [{ Length: > 0 }, { Length: > 0 }, { Length: > 0 }])
                errors.Add(text, $"{fields.Path}.columns", $"{YamlErrors.Show(text.Value)} must have three parts, schema.table.column, such as public.customers.ssn");
        }
        return columns;
    }

    private static List<string> ReadDetectors(YamlFields fields, YamlErrors errors)
    {
        var detectors = new List<string>();
        foreach (var text in fields.Texts("detect"))
        {
            detectors.Add(text.Value);
            if (!Detectors.Contains(text.Value))
                errors.Add(text, $"{fields.Path}.detect", $"{YamlErrors.Show(text.Value)} is not a detector{Suggestion.For(text.Value, Detectors)}");
        }
        return detectors;
    }
}
