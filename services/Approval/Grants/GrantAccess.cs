using Hoop.Approval.Requirements;
using Hoop.Approval.Saga;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Grants;

/// <summary>Who may take a grant back: whom it is for, and people who could have refused it. Whoever sees the request sees its grant.</summary>
internal static class GrantAccess
{
    /// <summary>Whether somebody who may not revoke it may at least see it.</summary>
    public static bool Sees(ApprovalState approval, Principal principal) => principal.Kind == "human" && approval.IsFor(principal);

    /// <summary>Null: this principal may.</summary>
    public static Refusal? RefuseRevoker(ApprovalState approval, Principal principal)
    {
        if (principal.Id == approval.RequesterId) return null;
        if (principal.Kind != "human" || principal.Actors.Count > 0)
            return new("not-a-person", "Only a person can revoke somebody else's grant, signed in as themselves.");
        return CouldRefuse(approval, principal)
            ? null
            : new("not-approver", "Only those who may approve the request, and whom the grant is for, may revoke it.");
    }

    /// <summary>By any right that counted when it was resolved: not by an escalation that never came. Nobody decided an emergency: those who review it may.</summary>
    private static bool CouldRefuse(ApprovalState approval, Principal principal)
    {
        var facts = approval.Facts(approval.ResolvedAt ?? approval.RequestedAt);
        var emergency = approval.Request.Justification is { Emergency: true };
        return approval.Request.Requirements.Any(one => RequirementEvaluator.Concerns(one, principal, facts)
            || emergency && one.Emergency is { } rule && rule.Review.Approvers.Includes(principal, facts.Requester));
    }
}
