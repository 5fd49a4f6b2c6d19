using Hoop.Approval.Requirements;
using Hoop.Approval.Saga;

namespace Hoop.Approval.Requests;

/// <summary>What one rule asks for, as the API tells it.</summary>
/// <param name="State"><c>pending, met, refused</c>.</param>
/// <param name="Missing">In words; for a refusal, why. Empty when it is met.</param>
/// <param name="Veto">Whose single denial denies, in words; null: anybody's.</param>
/// <param name="Escalation">Null: nobody further comes.</param>
/// <param name="Windows">When it may be approved, in words; null: at any time.</param>
/// <param name="OpensAt">When it may be approved next; null: now.</param>
internal sealed record RequirementView(
    string Rule, string State, string Missing, IReadOnlyList<StepView> Steps, string? Veto, EscalationView? Escalation,
    string? Windows, DateTimeOffset? OpensAt, string StepUp)
{
    public static RequirementView Of(RequirementStanding standing, ApprovalState approval)
    {
        var (requirement, requester) = (standing.Requirement, approval.Request.Requester);
        return new RequirementView(
            requirement.Rule,
            standing.Progress.ToString().ToLowerInvariant(),
            standing.Missing,
            [.. standing.Steps.Select(StepView.Of)],
            requirement.Veto.Count > 0 ? RequirementWording.Anyone(requirement.Veto, requester) : null,
            requirement.Escalation is { } escalation
                ? new EscalationView(approval.RequestedAt + escalation.After, RequirementWording.Anyone(escalation.To, requester), standing.Escalated)
                : null,
            requirement.Windows.Count > 0 ? RequirementWording.Windows(requirement.Windows) : null,
            standing.OpensAt,
            requirement.StepUp.ToString().ToLowerInvariant());
    }
}

/// <param name="Who">Who may decide it, in words: "2 of dba or security".</param>
/// <param name="Need">People that must approve it.</param>
/// <param name="ApprovedBy">Who has.</param>
internal sealed record StepView(string Name, string Who, int Need, IReadOnlyList<string> ApprovedBy, bool Met, string Missing)
{
    public static StepView Of(StepStanding standing) =>
        new(standing.Step.Name, standing.Who, standing.Need, standing.ApprovedBy, standing.Met, standing.Missing);
}

/// <param name="To">Who may stand in then, in words.</param>
internal sealed record EscalationView(DateTimeOffset At, string To, bool Reached);
