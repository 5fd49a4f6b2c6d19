namespace Hoop.Audit.Chain.Sinks;

/// <summary>Each sink at its own pace: one that is down or slow holds up neither the log nor another, and gets everything when it is back.</summary>
internal sealed class SinkCouriers(IEnumerable<ICheckpointSink> sinks, CheckpointDelivery delivery, TimeProvider clock, ILogger<SinkCouriers> logger) : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromSeconds(30), LongestPause = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(sinks.Select(sink => ServeAsync(sink, stoppingToken)));

    private async Task ServeAsync(ICheckpointSink sink, CancellationToken stoppingToken)
    {
        var pause = Idle;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                patience.CancelAfter(Patience);
                if (await delivery.DeliverNextAsync(sink, patience.Token))
                    continue;
                pause = Idle;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever the sink says: the log is in the database, and a later round brings it what it misses.
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                logger.SinkFailed(sink.Label, e is OperationCanceledException ? $"no answer within {Patience.TotalSeconds:0} s" : e.Message, pause.TotalSeconds);
            }

            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
