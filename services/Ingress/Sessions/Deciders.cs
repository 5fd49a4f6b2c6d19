using Hoop.Contracts.Approvals;

namespace Hoop.Ingress.Sessions;

/// <summary>Who decides on a hold, for whoever waits: "1 of dba, and 2 of security or bea".</summary>
internal static class Deciders
{
    internal static string Of(IReadOnlyList<ApprovalRequirement> requirements) =>
        string.Join(", and ", requirements.SelectMany(requirement => requirement.Steps).Select(Of).Distinct());

    private static string Of(ApprovalStep step)
    {
        var names = step.Approvers.Select(Name).ToList();
        if (names.Count == 0) return "nobody";
        return step.Mode == StepMode.All ? $"each of {string.Join(", ", names)}" : $"{step.Count} of {string.Join(" or ", names)}";
    }

    private static string Name(Approver approver) => approver.Kind switch
    {
        ApproverKind.Group => $"group {approver.Name}",
        ApproverKind.ManagerOf => "your manager",
        _ => approver.Name,
    };
}
