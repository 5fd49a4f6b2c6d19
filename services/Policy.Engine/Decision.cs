using Hoop.Contracts.Approvals;

namespace Hoop.Policy.Engine;

public enum DecisionOutcome { Allow, Hold, Block }

/// <param name="Rules">Names of the rules that made the outcome; empty for default deny.</param>
/// <param name="Why">One line for people: what was asked and what the rule says of it.</param>
/// <param name="Approval">For <see cref="DecisionOutcome.Hold"/>: everybody who must agree.</param>
/// <param name="MaxRows">The smallest limit of the rules that matched.</param>
public sealed record Decision(
    DecisionOutcome Outcome, IReadOnlyList<string> Rules, string Why, ApprovalRequirement? Approval = null, long? MaxRows = null)
{
    /// <summary>For <see cref="DecisionOutcome.Hold"/>: what approvers may grant instead of a single use, as every rule that asks offers it; null: nothing else.</summary>
    public GrantOffer? Offer { get; init; }

    /// <summary>Rows of each result to record: the most that a rule that matched asks for; null for none.</summary>
    public long? RecordRows { get; init; }
}

/// <param name="ApproverRoles">Role names whose members may decide (when several rules ask, members of every rule's list: the intersection; empty intersection means the union with the highest count).</param>
/// <param name="ApproverGroups">The groups that have those roles.</param>
public sealed record ApprovalRequirement(
    IReadOnlyList<string> ApproverRoles, IReadOnlyList<string> ApproverGroups, int Needed, TimeSpan Expires);
