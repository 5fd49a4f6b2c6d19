using Hoop.Contracts.Approvals;
using Hoop.ServiceDefaults;
using MassTransit;

namespace Hoop.Ingress.Approvals;

/// <summary><see cref="IApprovals"/> over the bus.</summary>
internal sealed class BusApprovals(IBus bus) : IApprovals
{
    public Task RequestAsync(ApprovalRequested request, CancellationToken cancel) => bus.Publish(request, cancel).Until(cancel);

    public Task PreviewAsync(ApprovalPreviewed preview, CancellationToken cancel) => bus.Publish(preview, cancel).Until(cancel);

    public Task WithdrawAsync(ApprovalWithdrawn withdrawn, CancellationToken cancel) => bus.Publish(withdrawn, cancel).Until(cancel);

    public Task EndedAsync(ApprovedOperationEnded ended, CancellationToken cancel) => bus.Publish(ended, cancel).Until(cancel);

    public async Task<ApprovalRedeemed> RedeemAsync(RedeemApproval command, CancellationToken cancel)
    {
        var response = await bus.Request<RedeemApproval, ApprovalRedeemed>(command, cancel, RequestTimeout.After(s: 10));
        return response.Message;
    }
}

/// <summary>Brings decisions to the hold that waits for them.</summary>
public sealed class ApprovalResolvedConsumer(HoldDesk holds) : IConsumer<ApprovalResolved>
{
    public Task Consume(ConsumeContext<ApprovalResolved> context)
    {
        holds.Resolve(context.Message);
        return Task.CompletedTask;
    }
}

/// <summary>Brings an approver's wish to look again to the hold; those of other instances are not ours.</summary>
public sealed class RefreshPreviewConsumer(HoldDesk holds) : IConsumer<RefreshPreview>
{
    public Task Consume(ConsumeContext<RefreshPreview> context)
    {
        holds.Refresh(context.Message);
        return Task.CompletedTask;
    }
}
