using Hoop.Contracts.Identity;

namespace Hoop.Contracts.Approvals;

/// <summary>Fact: an Ingress holds an operation until people decide. Opens the saga.</summary>
public sealed record ApprovalRequested
{
    public required Guid RequestId { get; init; }
    public required string SessionId { get; init; }

    /// <summary>The Ingress instance that holds the client.</summary>
    public required string IngressId { get; init; }

    public required Principal Requester { get; init; }
    public required string Target { get; init; }
    public required string Protocol { get; init; }

    /// <summary>The exact statement, as it will run.</summary>
    public required string Statement { get; init; }

    /// <summary>Bind values in order, as text; null is SQL NULL.</summary>
    public IReadOnlyList<string?> BindValues { get; init; } = [];

    public required IReadOnlyList<string> Verbs { get; init; }
    public required IReadOnlyList<string> Objects { get; init; }

    /// <summary>Effect names.</summary>
    public required IReadOnlyList<string> Effects { get; init; }

    /// <summary>Where the statement's effects come from, in the order of the text; null: not told.</summary>
    public IReadOnlyList<StatementRisk>? Risks { get; init; }

    public required string Fingerprint { get; init; }

    /// <summary>SHA-256 over everything in <see cref="TextBoundTo"/> and the bind values: what the approval is bound to. Lower-case hex.</summary>
    public required string BoundTo { get; init; }

    /// <summary>The same over everything in <see cref="ShapeBoundTo"/> and the text.</summary>
    public string TextBoundTo { get; init; } = "";

    /// <summary>The same over principal, target, fingerprint, objects, effects, namespace and policy version.</summary>
    public string ShapeBoundTo { get; init; } = "";

    /// <summary>What approvers may grant instead of a single use; null: nothing else.</summary>
    public GrantOffer? Offer { get; init; }

    /// <summary>Names of the rules that ask for approval, and why in one line.</summary>
    public required IReadOnlyList<string> Rules { get; init; }
    public required string Why { get; init; }

    /// <summary>What the rules ask for, one each; all must be met.</summary>
    public IReadOnlyList<ApprovalRequirement> Requirements { get; init; } = [];

    /// <summary>What the requester says for it.</summary>
    public Justification? Justification { get; init; }

    public long? MaxRows { get; init; }
    public required long PolicyVersion { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>True when the client's transaction has earlier work in it.</summary>
    public bool InTransaction { get; init; }

    /// <summary>When the client's open transaction began.</summary>
    public DateTimeOffset? TransactionStartedAt { get; init; }
}
