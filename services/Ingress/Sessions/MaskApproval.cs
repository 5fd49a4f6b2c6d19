using Hoop.Contracts.Approvals;
using Hoop.Contracts.Documents;
using Hoop.Policy.Engine;

namespace Hoop.Ingress.Sessions;

/// <summary>Who approves a predicate that a mask wants approved: those who may see the value anyway.</summary>
internal static class MaskApproval
{
    private static readonly TimeSpan Expires = TimeSpan.FromMinutes(15);

    /// <summary>What the rules ask for, if they do, and what the mask asks for.</summary>
    internal static ApprovalDemand And(ApprovalDemand? rules, HoopDocument document, string mask)
    {
        var approvers = document.Masks.First(candidate => candidate.Name == mask).Except.Select(role => RoleOf(document, role));
        var own = new ApprovalRequirement { Rule = mask, Steps = [new ApprovalStep("approval", StepMode.Any, 1, [.. approvers])] };
        return rules is null
            ? new ApprovalDemand([own], Expires)
            : rules with { Requirements = [.. rules.Requirements, own], Expires = rules.Expires < Expires ? rules.Expires : Expires };
    }

    private static Approver RoleOf(HoopDocument document, string name)
    {
        var role = document.Roles.GetValueOrDefault(name);
        return new Approver(ApproverKind.Role, name) { Groups = role?.Groups ?? [], Kinds = role?.Kinds ?? [] };
    }
}
