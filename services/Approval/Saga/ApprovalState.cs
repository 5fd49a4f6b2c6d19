using Hoop.Approval.Requirements;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using MassTransit;

namespace Hoop.Approval.Saga;

/// <summary>One request for approval: what was asked, who voted, where it stands. The saga's row.</summary>
public sealed class ApprovalState : SagaStateMachineInstance
{
    /// <summary>The request id.</summary>
    public Guid CorrelationId { get; set; }

    /// <summary>A state's name of <see cref="ApprovalMachine"/>.</summary>
    public string CurrentState { get; set; } = "";

    public ApprovalRequested Request { get; set; } = null!;
    public IReadOnlyList<Vote> Votes { get; set; } = [];

    /// <summary>Why it is needed, in the requester's words, in the order they came.</summary>
    public IReadOnlyList<Explanation> Explanations { get; set; } = [];

    // Copies of the request's facts that the database searches by.
    public string RequesterId { get; set; } = "";
    public string SessionId { get; set; } = "";
    public List<string> ApproverGroups { get; set; } = [];

    /// <summary>Principal ids, names and e-mail addresses (in lower case) of whom it concerns by name.</summary>
    public List<string> ApproverPeople { get; set; } = [];
    public DateTimeOffset RequestedAt { get; set; }
    public DateTimeOffset ExpiresAt { get; set; }

    public double? EstimatedRows { get; set; }

    /// <summary>The planner's answer, or why there is none; null until it arrives.</summary>
    public string? Plan { get; set; }

    /// <summary>Tables, locks, consequences, rows; null until they arrive. Rows are for approvers: see <see cref="Requests.PreviewRights"/>.</summary>
    public PreviewDetails? Preview { get; set; }

    /// <summary>How it was resolved; stays when an approval lapses or is used later.</summary>
    public ApprovalOutcome? Outcome { get; set; }
    public string? Reason { get; set; }
    public DateTimeOffset? ResolvedAt { get; set; }

    /// <summary>When an approval was used, lapsed or lost its client.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    public DateTimeOffset? ExpiryToldAt { get; set; }

    /// <summary>What the approval is bound to.</summary>
    public string? BoundTo { get; set; }

    /// <summary>When an approval lost the client that waited for it: the same operation, asked again, may use it.</summary>
    public DateTimeOffset? ClientLostAt { get; set; }

    /// <summary>The request that used the approval in the place of this one.</summary>
    public Guid? PassedTo { get; set; }

    /// <summary>The request whose approval this one took over.</summary>
    public Guid? TakenFrom { get; set; }

    /// <summary>How the approved operation ended.</summary>
    public ApprovedOperationEnded? Result { get; set; }

    /// <summary>Somebody took back what the approval gave.</summary>
    public Revocation? Revocation { get; set; }

    /// <summary>When further people may stand in next; null: no more will.</summary>
    public DateTimeOffset? EscalatesAt { get; set; }

    internal DateTimeOffset? NextEscalation(DateTimeOffset after) => Request.Requirements
        .Where(one => one.Escalation is not null).Select(one => (DateTimeOffset?)(RequestedAt + one.Escalation!.After)).Where(at => at > after).Min();

    internal RequestStanding Standing(DateTimeOffset now) => RequirementEvaluator.Evaluate(Request.Requirements, Facts(now));

    internal Facts Facts(DateTimeOffset now) => new(Request.Requester, Votes, RequestedAt, ExpiresAt, now);
}

/// <summary>What the requester said for it.</summary>
public sealed record Explanation(string By, string Text, DateTimeOffset At);

/// <summary>Who took a grant back, and why.</summary>
public sealed record Revocation(Principal By, string Reason, DateTimeOffset At);

/// <summary>A vote that was taken.</summary>
public sealed record Vote(Principal Voter, bool Approve, string? Reason, DateTimeOffset At)
{
    /// <summary>Approved up to so many rows.</summary>
    public long? MaxRows { get; init; }

    /// <summary>Approved for a window.</summary>
    public GrantTerms? Grant { get; init; }
    public StepUp Shown { get; init; }
}
