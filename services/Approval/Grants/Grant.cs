using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Grants;

/// <summary>What an approval left: the request, and its window when one was granted.</summary>
internal sealed record Grant(ApprovalState Approval, GrantState? Window, IReadOnlyList<GrantUse> Uses)
{
    /// <summary>As it is at this moment: what nobody noted yet counts too.</summary>
    public string State(DateTimeOffset now) => Window is { } window ? StateOf(window, now) : StateOfUse(now);

    public GrantView View(Principal viewer, DateTimeOffset now, string portalUrl)
    {
        var (request, state) = (Approval.Request, State(now));
        var refusal = state == GrantState.Active ? GrantAccess.RefuseRevoker(Approval, viewer) : AlreadyEnded(state);
        return new GrantView
        {
            Id = Approval.CorrelationId,
            State = state,
            Scope = Window is { } window ? GrantWording.Of(window.Facts.Scope) : GrantWording.Once,
            Role = Window?.Facts.Role,
            Principal = request.Requester,
            Target = request.Target,
            Protocol = request.Protocol,
            Statement = request.Statement,
            BindValues = request.BindValues,
            Fingerprint = request.Fingerprint,
            Values = GrantWording.Of(Window?.Facts.Values ?? GrantValues.Same),
            Bounds = Window?.Facts.Bounds ?? [],
            Rules = request.Rules,
            MaxRows = GrantRules.MaxRows(Approval),
            PolicyVersion = request.PolicyVersion,
            GrantedBy = [.. Approval.Votes.Where(vote => vote.Approve).Select(vote => vote.Voter.Name)],
            OpenedAt = Approval.ResolvedAt ?? Approval.RequestedAt,
            ExpiresAt = Window?.ExpiresAt ?? Approval.ExpiresAt,
            EndedAt = Window is null ? Approval.EndedAt : Window.EndedAt,
            EndedBy = Approval.Revocation?.By.Name,
            EndReason = Approval.Revocation?.Reason ?? (Window is { State: GrantState.PolicyChanged } ? "the policy changed" : null),
            Uses = Window is null ? (Approval.CurrentState == nameof(ApprovalMachine.Used) ? 1 : 0) : Uses.Sum(use => use.Uses),
            LastUsedAt = Uses.Count > 0 ? Uses.Max(use => use.LastAt) : null,
            MayRevoke = refusal is null,
            WhyNot = refusal?.Message,
            Link = $"{portalUrl}/requests/{Approval.CorrelationId}",
        };
    }

    public static Refusal AlreadyEnded(string state) => new("already-ended", $"The grant is over already ({state}); nothing is left to revoke.");

    private static string StateOf(GrantState window, DateTimeOffset now) => window.State switch
    {
        GrantState.Active => now >= window.ExpiresAt ? GrantState.Expired : GrantState.Active,
        GrantState.PolicyChanged => "ended",
        var state => state,
    };

    private string StateOfUse(DateTimeOffset now) => Approval.CurrentState switch
    {
        nameof(ApprovalMachine.Approved) => now >= Approval.ExpiresAt ? GrantState.Expired : GrantState.Active,
        nameof(ApprovalMachine.Used) => "used",
        nameof(ApprovalMachine.Expired) => GrantState.Expired,
        _ => Approval.Revocation is not null ? GrantState.Revoked : "ended",
    };
}
