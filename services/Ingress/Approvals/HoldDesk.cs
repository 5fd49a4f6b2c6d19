using System.Collections.Concurrent;
using Hoop.Contracts.Approvals;
using Hoop.Ingress.Sessions;
using Microsoft.Extensions.Options;

namespace Hoop.Ingress.Approvals;

/// <summary>All holds of this Ingress: opens them, brings them decisions, releases each once.</summary>
public sealed class HoldDesk(IApprovals approvals, IOptions<GateOptions> options, TimeProvider clock, ILogger<HoldDesk> logger)
{
    private const int TellAttempts = 6;

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

    /// <summary>Those who approved it hear how it ended; of a window's many operations, only of those that broke the limit.</summary>
    internal void TellEnd(Permit permit, OperationResult result)
    {
        if (permit.RequestId is null && result.OverLimit is null) return;
        var request = permit.RequestId ?? permit.Grant!.Facts.GrantId;
        _ = TellAsync(new ApprovedOperationEnded(request, options.Value.IngressId, result.Succeeded, result.Status, result.Rows, result.OverLimit, clock.GetUtcNow()));
    }

    private async Task TellAsync(ApprovedOperationEnded ended)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var deadline = new CancellationTokenSource(options.Value.ApprovalTimeout, clock);
                await approvals.EndedAsync(ended, deadline.Token);
                return;
            }
            catch (Exception e)
            {
                // The journal has it in any case.
                logger.EndNotTold(ended.RequestId, e.GetType().Name);
                if (attempt == TellAttempts) return;
                await Task.Delay(options.Value.ApprovalTimeout, clock);
            }
        }
    }

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
