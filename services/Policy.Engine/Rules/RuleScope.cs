using Hoop.Contracts.Documents;

namespace Hoop.Policy.Engine.Rules;

/// <summary>Who and where: which roles on which targets a rule speaks of.</summary>
internal static class RuleScope
{
    public const string Everybody = "*";

    public static bool Applies(RuleDocument rule, IReadOnlyList<string> roles, string name, TargetDocument target) =>
        AppliesToAny(rule, roles) && AppliesTo(rule, name, target);

    private static bool AppliesToAny(RuleDocument rule, IReadOnlyList<string> roles) =>
        rule.Roles.Any(wanted => wanted == Everybody || roles.Contains(wanted, StringComparer.Ordinal));

    private static bool AppliesTo(RuleDocument rule, string name, TargetDocument target) =>
        rule.Targets.Any(pattern => new Glob(pattern).Matches(name))
        || (rule.TargetLabels.Count > 0 && rule.TargetLabels.All(wanted =>
            target.Labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value));
}
