using Hoop.Contracts.Documents;

namespace Hoop.Policy.Engine.Rules;

/// <summary>Makes one requirement out of what several rules ask for.</summary>
internal sealed class ApproverMerge(IReadOnlyDictionary<string, RoleDocument> roles)
{
    public ApprovalRequirement Merge(IReadOnlyList<CompiledRule> asking)
    {
        var approvals = asking.Select(r => r.Document.Approval!).ToList();
        var common = approvals.Select(a => a.By.AsEnumerable()).Aggregate((left, right) => left.Intersect(right, StringComparer.Ordinal)).ToList();
        var by = common.Count > 0 ? common : approvals.SelectMany(a => a.By);
        string[] approverRoles = [.. by.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return new ApprovalRequirement(
            approverRoles, GroupsOf(approverRoles), approvals.Max(a => a.Count), approvals.Min(a => a.Expires));
    }

    private string[] GroupsOf(string[] names) =>
    [
        .. names.SelectMany(n => roles.TryGetValue(n, out var role) ? role.Groups : [])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];
}
