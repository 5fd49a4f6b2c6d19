using System.Globalization;
using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Rules;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary>What is inside <c>allow</c>, <c>approve</c> or <c>block</c>.</summary>
internal static class ActionReader
{
    private const long MostRecordedRows = 1_000_000;

    /// <summary>A rule with everything but who and where.</summary>
    public static RuleDocument Read(YamlFields fields, RuleAction action, YamlErrors errors, KnownNames names)
    {
        var verbs = Words(fields, errors, "verbs", "a verb", VerbNames.All);
        var objects = fields.Texts("objects");
        var effects = Words(fields, errors, "effects", "an effect", EffectNames.All);
        RequireSubject(fields, action, errors);
        var maxRows = action == RuleAction.Block ? null : fields.Whole("maxRows", 1, long.MaxValue);
        var grant = action == RuleAction.Approve ? GrantReader.Read(fields, errors, names) : null;
        var record = action == RuleAction.Block ? null : ReadRecord(fields, errors);
        var approval = action == RuleAction.Approve ? new ApprovalReader(errors, names).Read(fields) : null;
        fields.End();
        return new RuleDocument
        {
            Name = "", Roles = [], Action = action, Verbs = verbs, Objects = [.. objects.Select(o => o.Value)],
            Effects = effects, Approval = approval, Grant = grant, MaxRows = maxRows, RecordRows = record,
        };
    }

    private static void RequireSubject(YamlFields fields, RuleAction action, YamlErrors errors)
    {
        if (action == RuleAction.Allow && !fields.Has("verbs"))
            errors.Add(fields.Map, fields.Path, "verbs is missing; say what is allowed, such as verbs: [select], or verbs: [\"*\"]");
        else if (!fields.Has("verbs") && !fields.Has("objects") && !fields.Has("effects"))
            errors.Add(fields.Map, fields.Path, "names no verbs, objects or effects; to mean everything write verbs: [\"*\"]");
    }

    private static long? ReadRecord(YamlFields fields, YamlErrors errors)
    {
        if (fields.Fields("record", fields.Has("record") ? "record: { rows: 20 }" : null) is not { } record) return null;
        var rows = record.Text("rows", "rows: 20");
        record.End();
        if (rows is null) return null;
        if (rows.Value.Value == "all") return RuleDocument.AllRows;
        if (long.TryParse(rows.Value.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= MostRecordedRows) return count;
        errors.Add(rows.Value, $"{record.Path}.rows", $"must be a whole number from 1 to {MostRecordedRows}, or all");
        return null;
    }

    private static List<string> Words(YamlFields fields, YamlErrors errors, string key, string what, IReadOnlyCollection<string> known)
    {
        var words = new List<string>();
        foreach (var text in fields.Texts(key))
        {
            words.Add(text.Value);
            if (text.Value != "*" && !known.Contains(text.Value))
                errors.Add(text, $"{fields.Path}.{key}", $"{YamlErrors.Show(text.Value)} is not {what}{Suggestion.For(text.Value, known)}");
        }
        return words;
    }
}
