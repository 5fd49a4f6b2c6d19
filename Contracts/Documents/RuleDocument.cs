using Hoop.Contracts.Approvals;

namespace Hoop.Contracts.Documents;

public enum RuleAction { Allow, Approve, Block }

/// <summary>One policy: who × where × what → allow, approve or block.</summary>
public sealed record RuleDocument
{
    public required string Name { get; init; }

    /// <summary>Role names, or <c>*</c>.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Target names (globs allowed, <c>*</c> for all); empty when <see cref="TargetLabels"/> selects.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];
    public IReadOnlyDictionary<string, string> TargetLabels { get; init; } = new Dictionary<string, string>();

    public required RuleAction Action { get; init; }

    /// <summary>Verbs covered, or <c>*</c>; empty: any (block and approve only by effects).</summary>
    public IReadOnlyList<string> Verbs { get; init; } = [];

    /// <summary>Globs over qualified names; empty: any.</summary>
    public IReadOnlyList<string> Objects { get; init; } = [];

    /// <summary>Effect names (<c>mass-write</c>, …) or <c>*</c>.</summary>
    public IReadOnlyList<string> Effects { get; init; } = [];

    /// <summary>For <see cref="RuleAction.Approve"/>.</summary>
    public ApprovalDocument? Approval { get; init; }

    /// <summary>What approvers may grant instead of a single use; null: nothing else.</summary>
    public GrantOffer? Grant { get; init; }

    /// <summary>Rows one statement may change or return; null: no limit.</summary>
    public long? MaxRows { get; init; }

    /// <summary>Rows of each result that are recorded as the client saw them; <see cref="AllRows"/> for every one, null for none.</summary>
    public long? RecordRows { get; init; }

    /// <summary><c>record: { rows: all }</c></summary>
    public const long AllRows = long.MaxValue;

    /// <summary>Line in the YAML, from 1.</summary>
    public int Line { get; init; }
}

/// <summary>What an <c>approve</c> rule asks for.</summary>
public sealed record ApprovalDocument
{
    /// <summary>Roles by name alone: who has them is settled when an operation is decided.</summary>
    public required ApprovalRequirement Requirement { get; init; }

    /// <summary>How long a request may wait.</summary>
    public required TimeSpan Expires { get; init; }
}
