using System.Threading.Channels;
using Hoop.Contracts.Documents;
using MassTransit;

namespace Hoop.Policy.Documents;

/// <summary>
/// Publishes <see cref="PolicyActivated"/> until the broker has it, newest only. A broker that is down delays nobody: receivers also ask
/// by themselves.
/// </summary>
internal sealed class PolicyAnnouncer(IBus bus, TimeProvider clock, ILogger<PolicyAnnouncer> logger) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Channel<PolicyVersion> _pending =
        Channel.CreateBounded<PolicyVersion>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    public void Announce(PolicyVersion version) => _pending.Writer.TryWrite(version);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var version in _pending.Reader.ReadAllAsync(stoppingToken))
        {
            while (!await TryPublishAsync(version, stoppingToken))
            {
                await Task.Delay(TimeSpan.FromSeconds(1), clock, stoppingToken);
                if (_pending.Reader.TryPeek(out _)) break;
            }
        }
    }

    private async Task<bool> TryPublishAsync(PolicyVersion version, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, patience.Token);
        try
        {
            await bus.Publish(new PolicyActivated(version.Version, version.Digest), either.Token);
            return true;
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            logger.NotAnnounced(version.Version, e.Message);
            return false;
        }
    }
}
