using Hoop.Approval.Requirements;
using Hoop.Contracts.Approvals;

namespace Hoop.Approval.Saga;

/// <summary>When an approval may be used: once, in time, by the Ingress that holds the client, for exactly what was approved.</summary>
internal static class UseRules
{
    public static Refusal? Refuse(ApprovalState approval, RedeemApproval use, DateTimeOffset now)
    {
        if (approval.CurrentState != nameof(ApprovalMachine.Approved))
            return new("not-approved", approval.CurrentState == nameof(ApprovalMachine.Used)
                ? "The approval was used already; it counts once."
                : $"The request is {approval.StateName()}, not approved.");
        if (now >= approval.ExpiresAt) return new("expired", "The approval expired before it was used.");
        if (use.IngressId != approval.Request.IngressId) return new("other-ingress", "The approval belongs to the Ingress that holds the client.");
        if (use.BoundTo != approval.Request.BoundTo) return new("other-operation", "The approval is for another operation than this.");
        if (approval.Request.Justification is not { Emergency: true }
            && approval.Request.Requirements.FirstOrDefault(one => WindowClock.OpensAt(one.Windows, now) is not null) is { } closed)
            return new("outside-window", $"Policy \"{closed.Rule}\" lets this be used only {RequirementWording.Windows(closed.Windows)}.");
        return null;
    }
}
