using Hoop.Approval.Grants;
using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Requests;

/// <summary>A request as the API tells it.</summary>
internal sealed record RequestView
{
    public required Guid Id { get; init; }

    /// <summary><c>pending, approved, denied, expired, withdrawn, used</c>.</summary>
    public required string State { get; init; }
    public required string SessionId { get; init; }
    public required Principal Requester { get; init; }
    public required string Target { get; init; }
    public required string Protocol { get; init; }
    public required string Statement { get; init; }
    public required IReadOnlyList<string?> BindValues { get; init; }
    public required IReadOnlyList<string> Verbs { get; init; }
    public required IReadOnlyList<string> Objects { get; init; }
    public required IReadOnlyList<string> Effects { get; init; }

    /// <summary>Which parts of the statement bring its effects, in characters (UTF-16 units); null: not told.</summary>
    public required IReadOnlyList<StatementRisk>? Risks { get; init; }
    public required IReadOnlyList<string> Rules { get; init; }
    public required string Why { get; init; }

    /// <summary>What each rule asks for, and where it stands: all must be met.</summary>
    public required IReadOnlyList<RequirementView> Requirements { get; init; }

    /// <summary>What is still missing, in words; null when nothing is.</summary>
    public required string? Missing { get; init; }

    /// <summary>How an approver must show who they are: <c>none, fresh, passkey</c>.</summary>
    public required string StepUp { get; init; }

    /// <summary>What the requester said for it when asking; null: nothing.</summary>
    public required Justification? Justification { get; init; }
    public required IReadOnlyList<VoteView> Votes { get; init; }

    /// <summary>What the requester said for it, after asking.</summary>
    public required IReadOnlyList<Explanation> Explanations { get; init; }
    public required double? EstimatedRows { get; init; }
    public required string? Plan { get; init; }

    /// <summary>Tables, locks, consequences and, for those who may decide, rows; null until they arrive.</summary>
    public required PreviewDetails? Preview { get; init; }

    /// <summary>Rows that it may touch: the rules' limit, or a lower one that approvers set.</summary>
    public required long? MaxRows { get; init; }

    /// <summary>What approvers may grant instead of a single use; null: nothing else.</summary>
    public required OfferView? Offer { get; init; }

    /// <summary>How it ended after it was approved; null until it has run.</summary>
    public required ResultView? Result { get; init; }

    /// <summary>When an approval lost its client: the same operation, asked again, may still use it.</summary>
    public required DateTimeOffset? ClientLostAt { get; init; }

    /// <summary>The request that used this approval, or whose approval this one used.</summary>
    public required Guid? PassedTo { get; init; }
    public required Guid? TakenFrom { get; init; }
    public required bool InTransaction { get; init; }
    public required DateTimeOffset? TransactionStartedAt { get; init; }
    public required string Fingerprint { get; init; }
    public required string BoundTo { get; init; }
    public required long PolicyVersion { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary><c>approved, denied, expired, withdrawn</c>; null while pending.</summary>
    public required string? Outcome { get; init; }
    public required string? Reason { get; init; }
    public required DateTimeOffset? ResolvedAt { get; init; }
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether whoever asks may decide it now; if not, <see cref="WhyNot"/> says why.</summary>
    public required bool MayDecide { get; init; }

    /// <summary>Some may only deny (a veto), some only now (a window that opens later).</summary>
    public required bool MayApprove { get; init; }
    public required bool MayDeny { get; init; }
    public required string? WhyNot { get; init; }

    /// <summary>The request's page in the portal.</summary>
    public required string Link { get; init; }

    public static RequestView Of(ApprovalState approval, Principal viewer, DateTimeOffset now, string portalUrl)
    {
        var request = approval.Request;
        var refusal = VoteRules.RefuseVoter(approval, viewer, now);
        // What was decided stands as it was then.
        var standing = approval.Standing(approval.ResolvedAt ?? now);
        return new RequestView
        {
            Id = approval.CorrelationId,
            State = approval.StateName(),
            SessionId = request.SessionId,
            Requester = request.Requester,
            Target = request.Target,
            Protocol = request.Protocol,
            Statement = request.Statement,
            BindValues = request.BindValues,
            Verbs = request.Verbs,
            Objects = request.Objects,
            Effects = request.Effects,
            Risks = request.Risks,
            Rules = request.Rules,
            Why = request.Why,
            Requirements = [.. standing.Requirements.Select(one => RequirementView.Of(one, approval))],
            Missing = approval.Outcome is null ? standing.Missing : null,
            StepUp = VoteRules.StepUpFor(request).ToString().ToLowerInvariant(),
            Justification = request.Justification,
            Votes = [.. approval.Votes.Select(vote => new VoteView(vote.Voter.Name, vote.Voter.Id, vote.Approve, vote.Reason, vote.At))],
            Explanations = approval.Explanations,
            EstimatedRows = approval.EstimatedRows,
            Plan = approval.Plan,
            Preview = approval.PreviewFor(viewer),
            MaxRows = GrantRules.MaxRows(approval),
            Offer = OfferView.Of(request.Offer),
            Result = ResultView.Of(approval.Result),
            ClientLostAt = approval.ClientLostAt,
            PassedTo = approval.PassedTo,
            TakenFrom = approval.TakenFrom,
            InTransaction = request.InTransaction,
            TransactionStartedAt = request.TransactionStartedAt,
            Fingerprint = request.Fingerprint,
            BoundTo = request.BoundTo,
            PolicyVersion = request.PolicyVersion,
            RequestedAt = approval.RequestedAt,
            ExpiresAt = approval.ExpiresAt,
            Outcome = approval.Outcome?.ToString().ToLowerInvariant(),
            Reason = approval.Reason,
            ResolvedAt = approval.ResolvedAt,
            EndedAt = approval.EndedAt,
            MayDecide = refusal is null,
            MayApprove = VoteRules.RefuseApproval(approval, viewer, now) is null,
            MayDeny = VoteRules.RefuseDenial(approval, viewer, now) is null,
            WhyNot = refusal?.Message,
            Link = $"{portalUrl}/requests/{approval.CorrelationId}",
        };
    }
}

internal sealed record VoteView(string Voter, string VoterId, bool Approve, string? Reason, DateTimeOffset At);
