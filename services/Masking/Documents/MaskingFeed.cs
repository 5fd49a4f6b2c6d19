using System.Threading.Channels;
using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults.Documents;
using Npgsql;

namespace Hoop.Masking.Documents;

/// <summary>Follows the policy: every new version's masks are activated, the newest first of all.</summary>
internal sealed class MaskingFeed(HoopDocuments policy, MaskingActivation activation, TimeProvider clock, ILogger<MaskingFeed> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Channel<HoopDocument> _pending =
        Channel.CreateBounded<HoopDocument>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        policy.Changed += Enqueue;
        try
        {
            await UntilDoneAsync(activation.RestoreAsync, stoppingToken);
            if (policy.Current is { } current) Enqueue(current);
            await foreach (var document in _pending.Reader.ReadAllAsync(stoppingToken))
                await UntilDoneAsync(cancel => activation.ActivateAsync(document, cancel), stoppingToken);
        }
        finally
        {
            policy.Changed -= Enqueue;
        }
    }

    private void Enqueue(HoopDocument document) => _pending.Writer.TryWrite(document);

    private async Task UntilDoneAsync(Func<CancellationToken, Task> work, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                await work(cancel);
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                logger.DatabaseUnreachable(e.Message);
            }
            await Task.Delay(Pause, clock, cancel);
        }
    }
}
