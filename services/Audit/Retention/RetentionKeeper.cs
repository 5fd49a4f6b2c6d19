using Hoop.Audit.Recordings;

namespace Hoop.Audit.Retention;

/// <summary>Looks once an hour for what may leave. Any number of instances may do so: the database drops a partition once.</summary>
internal sealed class RetentionKeeper(PartitionDrop drop, ContentStore contents, TimeProvider clock, ILogger<RetentionKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await drop.RunAsync(stoppingToken);
                while (await contents.DeleteDroppedAsync(stoppingToken) > 0)
                {
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.RetentionFailed(e.Message);
            }

            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
