using Hoop.Contracts.Approvals;
using Hoop.Contracts.Documents;

namespace Hoop.Policy.Engine.Rules;

/// <summary>Puts together what several rules ask for: every one of them must be met. Settles who has the roles now.</summary>
internal sealed class ApproverMerge(IReadOnlyDictionary<string, RoleDocument> roles)
{
    public ApprovalDemand Merge(IReadOnlyList<CompiledRule> asking) => new(
        [.. asking.Select(rule => Settle(rule.Document.Approval!.Requirement) with { Rule = rule.Name })],
        asking.Min(rule => rule.Document.Approval!.Expires));

    public ApprovalRequirement Settle(ApprovalRequirement requirement) => requirement with
    {
        Steps = [.. requirement.Steps.Select(Settle)],
        Veto = Settle(requirement.Veto),
        Escalation = requirement.Escalation is { } escalation ? escalation with { To = Settle(escalation.To) } : null,
        Emergency = requirement.Emergency is { } emergency
            ? emergency with { By = Settle(emergency.By), Review = Settle(emergency.Review) }
            : null,
    };

    private ApprovalStep Settle(ApprovalStep step) => step with { Approvers = Settle(step.Approvers) };

    private Approver[] Settle(IReadOnlyList<Approver> approvers) => [.. approvers.Select(Settle)];

    private Approver Settle(Approver approver) => approver.Kind switch
    {
        // A role that is gone has nobody.
        ApproverKind.Role => roles.TryGetValue(approver.Name, out var role)
            ? approver with { Groups = role.Groups, Kinds = role.Kinds }
            : approver with { Groups = [], Kinds = [] },
        ApproverKind.Group => approver with { Groups = [approver.Name] },
        _ => approver,
    };
}
