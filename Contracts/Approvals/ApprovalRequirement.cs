namespace Hoop.Contracts.Approvals;

/// <summary>What one rule asks for before an operation may run. Of several, each must be met.</summary>
public sealed record ApprovalRequirement
{
    /// <summary>The rule, or mask, that asks.</summary>
    public required string Rule { get; init; }

    /// <summary>Never empty. Each must be met, in any order, and a person counts in one of them.</summary>
    public required IReadOnlyList<ApprovalStep> Steps { get; init; }

    /// <summary>Whose single denial denies; any other denial then asks for one approval more. Empty: every denial denies.</summary>
    public IReadOnlyList<Approver> Veto { get; init; } = [];

    public ApprovalEscalation? Escalation { get; init; }

    /// <summary>When it may be approved and used: inside any of them. Empty: at any time.</summary>
    public IReadOnlyList<ApprovalWindow> Windows { get; init; } = [];

    /// <summary>How an approver must have shown who they are.</summary>
    public StepUp StepUp { get; init; }

    /// <summary>The requester must give a reason; without one nothing is asked of anybody.</summary>
    public bool NeedsJustification { get; init; }

    /// <summary>Who may do without approval in an emergency; null: nobody.</summary>
    public EmergencyAccess? Emergency { get; init; }
}

public enum StepMode
{
    /// <summary>So many people as the step counts, of any of its approvers.</summary>
    Any,

    /// <summary>One person of each of its approvers, all different.</summary>
    All,
}

/// <param name="Name">For people to read.</param>
/// <param name="Count">Distinct people, for <see cref="StepMode.Any"/>; else the number of approvers.</param>
public sealed record ApprovalStep(string Name, StepMode Mode, int Count, IReadOnlyList<Approver> Approvers);

public enum ApproverKind { Role, Group, Person, ManagerOf }

/// <summary>A person, or people, by what is known of them.</summary>
/// <param name="Name">The role, the group, the person (principal id, e-mail address or preferred name), or the claim of the requester that names their manager.</param>
public sealed record Approver(ApproverKind Kind, string Name)
{
    /// <summary>The groups that have the role, or the group: as of the request.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The kinds of principal to whom the role is narrowed; empty: any.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];
}

/// <summary>After a time without a decision these people may stand in for anybody in any step. Nothing is ever allowed by waiting.</summary>
/// <param name="After">Since the request was made.</param>
public sealed record ApprovalEscalation(TimeSpan After, IReadOnlyList<Approver> To);

/// <summary>A stretch of the week.</summary>
/// <param name="Days">On which it begins.</param>
/// <param name="From">Local time; inclusive.</param>
/// <param name="To">Exclusive; not after <paramref name="From"/>: on the next day.</param>
/// <param name="Zone">IANA name, such as <c>Europe/Berlin</c>.</param>
public sealed record ApprovalWindow(IReadOnlyList<DayOfWeek> Days, TimeOnly From, TimeOnly To, string Zone);

/// <summary>Weakest first.</summary>
public enum StepUp
{
    None,

    /// <summary>Signed in at the identity provider in the last minutes.</summary>
    Fresh,

    /// <summary>A passkey, used for this request.</summary>
    Passkey,
}

/// <summary>Break glass: released at once, alarmed, and reviewed afterwards by others.</summary>
/// <param name="By">Who may, with a reason.</param>
/// <param name="Review">Who must look at it afterwards.</param>
/// <param name="ReviewWithin">Not reviewed by then: alarmed again, each time it has passed.</param>
public sealed record EmergencyAccess(IReadOnlyList<Approver> By, ApprovalStep Review, TimeSpan ReviewWithin);
