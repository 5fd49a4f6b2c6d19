using System.Collections.Concurrent;
using Hoop.Ingress.Sessions;
using Hoop.Contracts.Approvals;
using Hoop.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Hoop.Ingress.Approvals.Grants;

/// <summary>Counts the operations that run on windows and tells Approval, whole numbers each time: a telling that is lost is made good by the next.</summary>
public sealed class GrantUses(IOptions<GateOptions> options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<ActiveGrant, byte> used = new();

    /// <summary>This process: a restarted one counts anew.</summary>
    private readonly string userId = $"{options.Value.IngressId}-{Guid.NewGuid():n}";

    internal void Count(ActiveGrant grant)
    {
        grant.CountUse(clock.GetUtcNow());
        used.TryAdd(grant, 0);
    }

    internal IEnumerable<(ActiveGrant Grant, GrantUsesCounted Counted)> Untold()
    {
        foreach (var (grant, _) in used)
        {
            if (grant.Untold(userId) is { } counted) yield return (grant, counted);
            // Over, and all is told: a late use would add it again.
            else if (grant.End is not null) used.TryRemove(grant, out _);
        }
    }
}

/// <summary>Tells every second what was counted, and at the end.</summary>
internal sealed class GrantUsesTeller(GrantUses uses, IBus bus, TimeProvider clock, ILogger<GrantUsesTeller> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await TellAsync();
        }
    }

    private async Task TellAsync()
    {
        foreach (var (grant, counted) in uses.Untold())
        {
            try
            {
                using var patience = new CancellationTokenSource(Patience, clock);
                await bus.Publish(counted, patience.Token).Until(patience.Token);
                grant.Told(counted);
            }
            catch (Exception e)
            {
                logger.UsesNotTold(e.Message);
                return;
            }
        }
    }
}
