using System.Collections.Concurrent;
using Hoop.Contracts.Approvals;
using Hoop.Ingress.Sessions;
using Microsoft.Extensions.Options;

namespace Hoop.Ingress.Approvals;

/// <summary>All holds of this Ingress: opens them, brings them decisions, releases each once.</summary>
public sealed class HoldDesk(IApprovals approvals, IOptions<GateOptions> options, TimeProvider clock, ILogger<HoldDesk> logger)
{
    private readonly ConcurrentDictionary<Guid, OpenHold> open = new();

    /// <summary>Number of operations waiting now.</summary>
    public int Count => open.Count;

    internal async ValueTask<GateAnswer> OpenAsync(ApprovalRequested request, string link, Permit permit, GateSession session, CancellationToken cancel)
    {
        var hold = new OpenHold(request, link, permit, session, approvals, clock, logger);
        open[request.RequestId] = hold;
        if (!await TryDeliverAsync(request, cancel))
        {
            open.TryRemove(request.RequestId, out _);
            // It may have arrived after all: nobody shall decide on something that no longer waits.
            await hold.WithdrawAsync("undelivered");
            await session.RecordHoldAsync(permit, new ApprovalResolved(request.RequestId, request.IngressId, ApprovalOutcome.Withdrawn, [], "the request could not be delivered", clock.GetUtcNow()));
            return Refusals.ApprovalUnavailable();
        }
        hold.StartPreview();
        return new Hold(request.RequestId, link, request.ExpiresAt, Deciders.Of(request.Requirements), RunAsync(hold), hold.WithdrawAsync);
    }

    internal void Resolve(ApprovalResolved resolved)
    {
        if (open.TryGetValue(resolved.RequestId, out var hold)) hold.Resolve(resolved);
    }

    /// <summary>Looks again, when it waits here.</summary>
    internal void Refresh(RefreshPreview command)
    {
        if (open.TryGetValue(command.RequestId, out var hold)) hold.StartPreview();
    }

    /// <summary>Withdraws everything that waits.</summary>
    internal Task WithdrawAllAsync(string cause) => Task.WhenAll(open.Values.Select(hold => hold.WithdrawAsync(cause).AsTask()));

    private async Task<bool> TryDeliverAsync(ApprovalRequested request, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(options.Value.ApprovalTimeout);
        try
        {
            await approvals.RequestAsync(request, deadline.Token);
            return true;
        }
        catch (Exception e)
        {
            logger.RequestNotDelivered(request.RequestId, e.GetType().Name);
            return false;
        }
    }

    private async Task<GateAnswer> RunAsync(OpenHold hold)
    {
        try
        {
            return await hold.OutcomeAsync();
        }
        finally
        {
            open.TryRemove(hold.Request.RequestId, out _);
        }
    }
}
