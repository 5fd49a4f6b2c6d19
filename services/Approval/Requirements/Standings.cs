using Hoop.Contracts.Approvals;

namespace Hoop.Approval.Requirements;

internal enum Progress { Pending, Met, Refused }

/// <summary>Where a request stands with all that is asked for it.</summary>
/// <param name="Missing">In words; empty when nothing is. For a refusal: why.</param>
internal sealed record RequestStanding(Progress Progress, IReadOnlyList<RequirementStanding> Requirements, string Missing);

/// <summary>Where a request stands with what one rule asks for.</summary>
/// <param name="OpensAt">When it may be approved; null: now.</param>
internal sealed record RequirementStanding(
    ApprovalRequirement Requirement, Progress Progress, IReadOnlyList<StepStanding> Steps, bool Escalated, DateTimeOffset? OpensAt, string Missing);

/// <param name="Need">People that must approve, those that make up for denials included.</param>
/// <param name="ApprovedBy">Names of those who count here.</param>
/// <param name="Who">Who may decide it, in words.</param>
/// <param name="Missing">Empty when it is met.</param>
internal sealed record StepStanding(ApprovalStep Step, bool Met, int Need, IReadOnlyList<string> ApprovedBy, string Who, string Missing);

/// <summary>What a requirement is held against. Pure: the same facts, the same standing.</summary>
internal sealed record Facts(
    Contracts.Identity.Principal Requester, IReadOnlyList<Saga.Vote> Votes, DateTimeOffset RequestedAt, DateTimeOffset ExpiresAt, DateTimeOffset Now);
