using System.Globalization;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Requirements;

/// <summary>What is asked for and what is missing, in words for portal, CLI and refusals.</summary>
internal static class RequirementWording
{
    /// <summary>"2 of dba or security", "each of dba and bea".</summary>
    public static string Who(ApprovalStep step, Principal requester)
    {
        if (step.Approvers.Count == 0) return "nobody";
        var names = step.Approvers.Select(approver => Name(approver, requester)).ToList();
        if (step.Mode == StepMode.All) return names.Count == 1 ? names[0] : $"each of {List(names, "and")}";
        return step.Count == 1 && step.Approvers is [{ Kind: ApproverKind.Person or ApproverKind.ManagerOf }] ? names[0] : $"{step.Count} of {List(names, "or")}";
    }

    /// <summary>Who the people are, without how many.</summary>
    public static string Anyone(IEnumerable<Approver> approvers, Principal requester) =>
        List([.. approvers.Select(approver => Name(approver, requester))], "or");

    public static string Missing(ApprovalStep step, List<Slot> open, Principal requester)
    {
        if (open.Count == 0) return "";
        if (step.Mode == StepMode.Any) return $"{open.Count} more of {Anyone(step.Approvers, requester)}";
        var names = open.Where(slot => !slot.MakesUp).Select(slot => slot.Approvers is [var first, ..] ? Name(first, requester) : "nobody").ToList();
        if (open.Count > names.Count) names.Add($"{open.Count - names.Count} more of {Anyone(step.Approvers, requester)}");
        return List(names, "and");
    }

    public static string Missing(ApprovalRequirement requirement, List<StepStanding> steps, bool escalated, DateTimeOffset? opensAt, Facts facts)
    {
        var text = string.Join(" and ", steps.Where(step => !step.Met).Select(step => step.Missing));
        if (requirement.Escalation is { } escalation)
        {
            var to = Anyone(escalation.To, facts.Requester);
            text += escalated ? $" ({to} may stand in)" : $" (from {Time(facts.RequestedAt + escalation.After)} on {to} may stand in)";
        }
        return opensAt is { } opens ? $"{text}, from {Time(opens)} on" : text;
    }

    /// <summary>"mon–fri 09:00–18:00 Europe/Berlin"</summary>
    public static string Windows(IReadOnlyList<ApprovalWindow> windows) => List([.. windows.Select(Window)], "or");

    public static string Time(DateTimeOffset time) =>
        time == DateTimeOffset.MaxValue ? "never" : time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Window(ApprovalWindow window)
    {
        var days = window.Days.Count == 7 ? "every day" : "on " + List([.. window.Days.Select(day => day.ToString())], "and");
        return string.Create(CultureInfo.InvariantCulture, $"{days} {window.From:HH:mm}–{window.To:HH:mm} {window.Zone}");
    }

    private static string Name(Approver approver, Principal requester) => approver.Kind switch
    {
        ApproverKind.Group => $"group {approver.Name}",
        ApproverKind.ManagerOf => ApproverMatch.ManagerOf(approver, requester) is { } manager
            ? $"the requester's manager ({manager})"
            : $"the requester's manager (whom their token does not name: no claim \"{approver.Name}\")",
        _ => approver.Name,
    };

    private static string List(List<string> names, string last) =>
        names.Count <= 1 ? string.Concat(names) : $"{string.Join(", ", names.Take(names.Count - 1))} {last} {names[^1]}";
}
