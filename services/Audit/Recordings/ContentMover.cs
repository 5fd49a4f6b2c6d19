namespace Hoop.Audit.Recordings;

/// <summary>Moves recorded rows to the object store. A store that is down delays nothing: they wait in the database.</summary>
internal sealed class ContentMover(ContentStore contents, TimeProvider clock, ILogger<ContentMover> logger) : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1), AfterFailure = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (contents.UsesObjects && !stoppingToken.IsCancellationRequested)
        {
            var pause = Idle;
            try
            {
                if (await contents.MoveAsync(stoppingToken) > 0)
                    continue;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.ObjectStoreFailed(e.Message);
                pause = AfterFailure;
            }

            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
