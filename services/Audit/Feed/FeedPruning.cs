using Hoop.Audit.Search;
using Hoop.Audit.Siem;
using Hoop.Audit.Storage;

namespace Hoop.Audit.Feed;

/// <summary>Keeps the feed as short as its slowest reader lets it be.</summary>
internal sealed class FeedPruning(AuditDatabase database, SiemOptions siem, TimeProvider clock, ILogger<FeedPruning> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string[] names = [SearchIndex.Cursor, .. siem.Sinks.Select(sink => sink.Cursor)];
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var connection = await database.OpenAsync(stoppingToken);
                await FeedCursor.PruneAsync(connection, names, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.FeedStalled("pruning", e.Message, 60);
            }
        }
    }
}
