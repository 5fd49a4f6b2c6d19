using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary><c>policies</c>: who × where × what → allow, approve or block.</summary>
internal static class PoliciesSection
{
    private const string Example = "{ name: agents-read, roles: [agent], targets: [shop], allow: { verbs: [select] } }";

    private static readonly (string Key, RuleAction Action)[] Actions =
        [("allow", RuleAction.Allow), ("approve", RuleAction.Approve), ("block", RuleAction.Block)];

    public static IReadOnlyList<RuleDocument> Read(YamlFields top, YamlErrors errors, KnownNames names)
    {
        var rules = new List<RuleDocument>();
        foreach (var (name, fields) in NamedItems.Read(top, errors, "policies", Example))
            if (ReadRule(name, fields, errors, names) is { } rule) rules.Add(rule);
        return rules;
    }

    private static RuleDocument? ReadRule(string? name, YamlFields fields, YamlErrors errors, KnownNames names)
    {
        var roles = names.Roles(fields.Texts("roles", "roles: [agent]"), $"{fields.Path}.roles", everybody: true);
        var (targets, labels) = ReadTargets(fields, names, errors);
        var what = ReadActions(fields, errors, names);
        fields.End();
        if (name is null || what is null) return null;
        return what with { Name = name, Roles = roles, Targets = targets, TargetLabels = labels, Line = fields.Map.Line };
    }

    private static (IReadOnlyList<string> Names, IReadOnlyDictionary<string, string> Labels) ReadTargets(YamlFields fields, KnownNames names, YamlErrors errors)
    {
        var none = new Dictionary<string, string>();
        if (fields.Node("targets") is not YamlMap)
            return (names.Targets(fields.Texts("targets", "targets: [shop]"), $"{fields.Path}.targets"), none);

        var select = fields.Fields("targets")!;
        var labels = select.TextMap("labels");
        if (labels.Count == 0) errors.Add(select.Map, select.Path, "selects by no label; write a list of names, or { labels: { env: prod } }");
        select.End();
        return ([], labels);
    }

    private static RuleDocument? ReadActions(YamlFields fields, YamlErrors errors, KnownNames names)
    {
        RuleDocument? rule = null;
        var given = 0;
        foreach (var (key, action) in Actions)
        {
            if (fields.Has(key)) given++;
            // An empty action is reported as a missing map, not as a rule without action.
            if (fields.Fields(key, fields.Has(key) ? $"{key}: {{ verbs: [select] }}" : null) is { } what)
                rule = ActionReader.Read(what, action, errors, names);
        }
        if (given == 0) errors.Add(fields.Map, fields.Path, "does nothing; add one of allow, approve or block");
        if (given > 1) errors.Add(fields.Map, fields.Path, "has more than one of allow, approve and block; make a policy of each");
        return given == 1 ? rule : null;
    }
}
