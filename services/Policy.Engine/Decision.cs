using Hoop.Contracts.Approvals;

namespace Hoop.Policy.Engine;

public enum DecisionOutcome { Allow, Hold, Block }

/// <param name="Rules">Names of the rules that made the outcome; empty for default deny.</param>
/// <param name="Why">One line for people: what was asked and what the rule says of it.</param>
/// <param name="Approval">For <see cref="DecisionOutcome.Hold"/>: what must be met.</param>
/// <param name="MaxRows">The smallest limit of the rules that matched.</param>
public sealed record Decision(
    DecisionOutcome Outcome, IReadOnlyList<string> Rules, string Why, ApprovalDemand? Approval = null, long? MaxRows = null)
{
    /// <summary>For <see cref="DecisionOutcome.Hold"/>: what approvers may grant instead of a single use, as every rule that asks offers it; null: nothing else.</summary>
    public GrantOffer? Offer { get; init; }

    /// <summary>Rows of each result to record: the most that a rule that matched asks for; null for none.</summary>
    public long? RecordRows { get; init; }
}

/// <summary>What people must agree to.</summary>
/// <param name="Requirements">One of each rule that asks; all must be met.</param>
/// <param name="Expires">The shortest of all.</param>
public sealed record ApprovalDemand(IReadOnlyList<ApprovalRequirement> Requirements, TimeSpan Expires);
