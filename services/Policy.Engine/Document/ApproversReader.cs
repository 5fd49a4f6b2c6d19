using Hoop.Contracts.Approvals;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary>Who: a list of roles, or a map of <c>roles</c>, <c>groups</c>, <c>people</c> and <c>managerOf</c>.</summary>
internal sealed class ApproversReader(YamlErrors errors, KnownNames names)
{
    private const int LongestName = 200;
    private static readonly string[] Keys = ["roles", "groups", "people", "managerOf"];

    /// <param name="example">When given, there must be somebody.</param>
    /// <param name="requesters">They ask, so agents and services may be among them, but nobody's manager.</param>
    public List<Approver> Read(YamlFields fields, string key, string? example = null, bool requesters = false)
    {
        if (fields.Node(key) is not YamlMap) return Distinct(Roles(fields, key, example, requesters));

        var map = fields.Fields(key)!;
        var approvers = Roles(map, "roles", null, requesters).ToList();
        approvers.AddRange(Named(map, "groups", ApproverKind.Group));
        approvers.AddRange(Named(map, "people", ApproverKind.Person));
        if (map.Text("managerOf") is { } claim)
        {
            if (requesters) errors.Add(claim, $"{map.Path}.managerOf", "says who decides about a requester, not who the requester is; name roles, groups or people");
            approvers.Add((claim, new Approver(ApproverKind.ManagerOf, claim.Value)));
        }
        map.End();
        // A key that is mistaken is reported as that.
        if (approvers.Count == 0 && map.Map.Entries.TrueForAll(entry => Keys.Contains(entry.Key.Value))) errors.Add(map.Map, map.Path, "names nobody; write roles, groups, people or managerOf, such as { roles: [dba] }");
        return Distinct(approvers);

        List<Approver> Distinct(IEnumerable<(YamlText Text, Approver Approver)> all)
        {
            var distinct = new Dictionary<(ApproverKind, string), Approver>();
            foreach (var (text, approver) in all)
                if (!distinct.TryAdd((approver.Kind, approver.Name), approver))
                    errors.Add(text, $"{fields.Path}.{key}", $"{YamlErrors.Show(text.Value)} is named twice; keep one");
            return [.. distinct.Values];
        }
    }

    private IEnumerable<(YamlText, Approver)> Roles(YamlFields fields, string key, string? example, bool requesters)
    {
        var texts = fields.Texts(key, example);
        names.Roles(texts, $"{fields.Path}.{key}");
        foreach (var text in texts)
        {
            if (!requesters && names.IsWithoutPeople(text.Value))
                errors.Add(text, $"{fields.Path}.{key}", $"the role {YamlErrors.Show(text.Value)} has no people (its kinds leave out human), and only people decide");
            yield return (text, new Approver(ApproverKind.Role, text.Value));
        }
    }

    private IEnumerable<(YamlText, Approver)> Named(YamlFields fields, string key, ApproverKind kind)
    {
        foreach (var text in fields.Texts(key))
        {
            if (text.Value.Length > LongestName || text.Value.Any(char.IsControl))
                errors.Add(text, $"{fields.Path}.{key}", $"a name is one line of at most {LongestName} characters");
            yield return (text, new Approver(kind, text.Value));
        }
    }
}
