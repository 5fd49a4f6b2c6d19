using Hoop.Approval.Outbox;
using Hoop.Approval.Storage;
using Hoop.Contracts.Approvals;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Restarts;

/// <summary>An Ingress that restarted holds nobody any more: what it asked before is withdrawn, so that people decide only on what still waits.</summary>
internal sealed class IngressStartedConsumer(IDbContextFactory<ApprovalDb> databases, TimeProvider clock) : IConsumer<IngressStarted>
{
    public async Task Consume(ConsumeContext<IngressStarted> context)
    {
        var (ingress, at) = (context.Message.IngressId, context.Message.At);
        await using var db = await databases.CreateDbContextAsync(context.CancellationToken);
        var open = await db.Approvals.Where(approval => (approval.CurrentState == "Pending" || approval.CurrentState == "Approved") && approval.RequestedAt < at)
            .ToListAsync(context.CancellationToken);
        foreach (var approval in open.Where(approval => approval.Request.IngressId == ingress))
            db.Enqueue(new ApprovalWithdrawn(approval.CorrelationId, "crash", at), clock.GetUtcNow());
        await db.SaveChangesAsync(context.CancellationToken);
    }
}
