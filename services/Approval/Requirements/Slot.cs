using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Requirements;

/// <summary>A place that one person's approval fills.</summary>
/// <param name="Step">The step's index.</param>
/// <param name="Approvers">Who may fill it, stand-ins included.</param>
/// <param name="MakesUp">It makes up for a denial.</param>
internal sealed record Slot(int Step, IReadOnlyList<Approver> Approvers, bool MakesUp)
{
    public bool Accepts(Principal person, Principal requester) => Approvers.Includes(person, requester);

    /// <summary>All of a requirement's, step by step. A denial that does not decide adds one to the first step of the person who denied.</summary>
    public static List<Slot> Of(ApprovalRequirement requirement, Facts facts, bool escalated)
    {
        IReadOnlyList<Approver> standIns = escalated ? requirement.Escalation!.To : [];
        var denied = RequirementEvaluator.Denials(requirement, facts)
            .CountBy(vote => FirstStepOf(requirement, vote.Voter, facts.Requester)).ToDictionary();
        var slots = new List<Slot>();
        for (var i = 0; i < requirement.Steps.Count; i++)
        {
            var step = requirement.Steps[i];
            Approver[] anybody = [.. step.Approvers, .. standIns];
            if (step.Mode == StepMode.All) slots.AddRange(step.Approvers.Select(one => new Slot(i, [one, .. standIns], false)));
            // An empty or senseless step is never met.
            else slots.AddRange(Enumerable.Repeat(new Slot(i, anybody, false), Math.Max(1, step.Count)));
            if (step.Approvers.Count == 0) slots.Add(new Slot(i, [], false));
            slots.AddRange(Enumerable.Repeat(new Slot(i, anybody, true), denied.GetValueOrDefault(i)));
        }
        return slots;
    }

    // A stand-in's denial counts in the first step, where it would help first.
    private static int FirstStepOf(ApprovalRequirement requirement, Principal person, Principal requester) =>
        Math.Max(0, requirement.Steps.ToList().FindIndex(step => step.Approvers.Includes(person, requester)));
}
