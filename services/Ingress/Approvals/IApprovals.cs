using Hoop.Contracts.Approvals;

namespace Hoop.Ingress.Approvals;

/// <summary>The way to the Approval service.</summary>
public interface IApprovals
{
    /// <summary>Completes when the broker has the request.</summary>
    Task RequestAsync(ApprovalRequested request, CancellationToken cancel);

    Task PreviewAsync(ApprovalPreviewed preview, CancellationToken cancel);

    Task WithdrawAsync(ApprovalWithdrawn withdrawn, CancellationToken cancel);

    /// <summary>Tells how an approved operation ended.</summary>
    Task EndedAsync(ApprovedOperationEnded ended, CancellationToken cancel);

    /// <summary>Uses the approval; at most one call for a request is ever granted.</summary>
    Task<ApprovalRedeemed> RedeemAsync(RedeemApproval command, CancellationToken cancel);
}
