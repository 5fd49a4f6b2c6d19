using Hoop.Audit.Storage;
using Npgsql;

namespace Hoop.Audit.Feed;

/// <summary>
/// Follows the feed under a name of its own: in order, at least once. A reader that fails tries again by itself, later and
/// later, and holds up nobody else.
/// </summary>
internal abstract class FeedReader(string name, AuditDatabase database, TimeProvider clock, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(200), LongestPause = TimeSpan.FromSeconds(30);

    private const int Lines = 32, Events = 4000;

    /// <summary>What to do with the events of some batches. When it returns, the reader's place moves past them.</summary>
    /// <param name="connection">In the transaction that moves the place.</param>
    protected abstract Task TakeAsync(NpgsqlConnection connection, IReadOnlyList<EventChunk> chunks, CancellationToken cancel);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = Idle;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // What comes in a moment is read together: a look at the database costs much the same for one event and for a thousand.
                pause = await StepAsync(stoppingToken) is { IsBehind: true } ? TimeSpan.Zero : Idle;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                pause = pause < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : pause * 2 < LongestPause ? pause * 2 : LongestPause;
                logger.FeedStalled(name, e.Message, pause.TotalSeconds);
            }

            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    internal async Task<FeedStep> StepAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        if (await FeedCursor.TakeAsync(connection, name, cancel) is not { } place)
            return default;
        var entries = await EventFeed.ReadAsync(connection, place, Lines, cancel);
        var (taken, count) = (new List<FeedEntry>(), 0L);
        foreach (var entry in entries)
        {
            taken.Add(entry);
            count += entry.Ranges.Sum(r => r.Last - r.First + 1);
            if (count >= Events)
                break;
        }

        if (taken.Count == 0)
            return default;
        await TakeAsync(connection, await EventFeed.ChunksAsync(connection, taken, cancel), cancel);
        await FeedCursor.MoveAsync(connection, name, taken[^1].Place, cancel);
        await transaction.CommitAsync(cancel);
        return new FeedStep(count, entries.Count == Lines || taken.Count < entries.Count);
    }
}

/// <param name="Events">That were taken; 0: there is nothing to read, or another instance reads.</param>
/// <param name="IsBehind">There is more.</param>
internal readonly record struct FeedStep(long Events, bool IsBehind);
