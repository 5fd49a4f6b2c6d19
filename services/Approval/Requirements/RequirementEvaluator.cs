using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Requirements;

/// <summary>
/// What is asked for + votes + time → approved, refused, or what is missing. A person has one vote and counts in one step of each
/// requirement, wherever it helps most.
/// </summary>
internal static class RequirementEvaluator
{
    public static RequestStanding Evaluate(IReadOnlyList<ApprovalRequirement> requirements, Facts facts)
    {
        if (requirements.Count == 0) return new(Progress.Refused, [], "No rule says who may decide this.");
        var standings = requirements.Select(requirement => Evaluate(requirement, facts)).ToList();
        var progress = standings.Exists(s => s.Progress == Progress.Refused) ? Progress.Refused
            : standings.TrueForAll(s => s.Progress == Progress.Met) ? Progress.Met
            : Progress.Pending;
        var told = standings.Where(s => s.Progress == progress && s.Missing.Length > 0).Select(s => s.Missing).Distinct();
        return new(progress, standings, string.Join("; ", told));
    }

    public static RequirementStanding Evaluate(ApprovalRequirement requirement, Facts facts)
    {
        var escalated = IsEscalated(requirement, facts);
        var slots = Slot.Of(requirement, facts, escalated);
        var approvals = facts.Votes.Where(vote => vote.Approve).Select(vote => vote.Voter).ToList();
        var people = SlotMatching.Match(slots.Count, approvals.Count, (slot, person) => slots[slot].Accepts(approvals[person], facts.Requester));
        var opensAt = WindowClock.OpensAt(requirement.Windows, facts.Now);
        var steps = requirement.Steps.Select((step, i) => StepOf(step, i, slots, people, approvals, facts.Requester)).ToList();

        RequirementStanding Standing(Progress progress, string missing) => new(requirement, progress, steps, escalated, opensAt, missing);

        if (Denials(requirement, facts).FirstOrDefault(vote => Decides(requirement, vote, facts.Requester)) is { } denial)
            return Standing(Progress.Refused, $"{denial.Voter.Name} denied it.");
        if (slots.Count == 0) return Standing(Progress.Refused, $"Policy \"{requirement.Rule}\" names nobody who may decide this.");
        if (Array.TrueForAll(people, person => person >= 0)) return Standing(Progress.Met, "");
        if (!CanStillBeMet(requirement, slots, approvals, facts, escalated))
            return Standing(Progress.Refused, $"Too few of the people whom policy \"{requirement.Rule}\" names are left to approve it.");
        if (opensAt >= facts.ExpiresAt)
            return Standing(Progress.Refused, $"It could be approved only {RequirementWording.Windows(requirement.Windows)}, and expires before that.");
        return Standing(Progress.Pending, RequirementWording.Missing(requirement, steps, escalated, opensAt, facts));
    }

    /// <summary>Whether one more approval, by this person, would count.</summary>
    public static bool WouldHelp(ApprovalRequirement requirement, Principal person, Facts facts)
    {
        var slots = Slot.Of(requirement, facts, IsEscalated(requirement, facts));
        Principal[] approvals = [.. facts.Votes.Where(vote => vote.Approve).Select(vote => vote.Voter), person];
        int Served(int count) => SlotMatching.Match(slots.Count, count, (slot, p) => slots[slot].Accepts(approvals[p], facts.Requester)).Count(p => p >= 0);
        return Served(approvals.Length) > Served(approvals.Length - 1);
    }

    /// <summary>Whether the person is one of those whom it concerns at all: in any step, as a stand-in, or with a veto.</summary>
    public static bool Concerns(ApprovalRequirement requirement, Principal person, Facts facts) =>
        requirement.Veto.Includes(person, facts.Requester) || MayApprove(requirement, person, facts);

    public static bool MayApprove(ApprovalRequirement requirement, Principal person, Facts facts) =>
        requirement.Steps.Any(step => step.Approvers.Includes(person, facts.Requester))
        || (IsEscalated(requirement, facts) && requirement.Escalation!.To.Includes(person, facts.Requester));

    /// <summary>Once the saga said so it stays so: it is the clock that counts, not a message.</summary>
    public static bool IsEscalated(ApprovalRequirement requirement, Facts facts) =>
        requirement.Escalation is { } escalation && facts.Now >= facts.RequestedAt + escalation.After;

    internal static IEnumerable<Vote> Denials(ApprovalRequirement requirement, Facts facts) =>
        facts.Votes.Where(vote => !vote.Approve && Concerns(requirement, vote.Voter, facts));

    private static bool Decides(ApprovalRequirement requirement, Vote denial, Principal requester) =>
        requirement.Veto.Count == 0 || requirement.Veto.Includes(denial.Voter, requester);

    private static StepStanding StepOf(ApprovalStep step, int index, List<Slot> slots, int[] people, List<Principal> approvals, Principal requester)
    {
        var own = Enumerable.Range(0, slots.Count).Where(slot => slots[slot].Step == index).ToList();
        var open = own.Where(slot => people[slot] < 0).Select(slot => slots[slot]).ToList();
        return new StepStanding(
            step, open.Count == 0, own.Count, [.. own.Where(slot => people[slot] >= 0).Select(slot => approvals[people[slot]].Name)],
            RequirementWording.Who(step, requester), RequirementWording.Missing(step, open, requester));
    }

    /// <summary>
    /// False when named people alone can fill a slot and too few of them are left. Members of roles and groups nobody can count, so there
    /// always is one more; and further people may come with an escalation.
    /// </summary>
    private static bool CanStillBeMet(ApprovalRequirement requirement, List<Slot> slots, List<Principal> approvals, Facts facts, bool escalated)
    {
        if (requirement.Escalation is not null && !escalated) return true;
        var closed = slots.FindAll(slot => slot.Approvers.All(approver => approver.Kind is ApproverKind.Person or ApproverKind.ManagerOf));
        var absent = closed.SelectMany(slot => slot.Approvers).Distinct().Where(approver => MayStillVote(approver, facts)).ToList();
        var served = SlotMatching.Match(closed.Count, approvals.Count + absent.Count, (slot, person) => person < approvals.Count
            ? closed[slot].Accepts(approvals[person], facts.Requester)
            : closed[slot].Approvers.Contains(absent[person - approvals.Count]));
        return Array.TrueForAll(served, person => person >= 0);
    }

    private static bool MayStillVote(Approver approver, Facts facts)
    {
        if (approver.Kind == ApproverKind.ManagerOf && ApproverMatch.ManagerOf(approver, facts.Requester) is null) return false;
        return !approver.Includes(facts.Requester, facts.Requester)
            && !facts.Requester.Actors.Contains(approver.Name)
            && !facts.Votes.Any(vote => approver.Includes(vote.Voter, facts.Requester));
    }
}
