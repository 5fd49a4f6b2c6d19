using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Npgsql;

namespace Hoop.Audit.Feed;

/// <summary>
/// Follows the feed under a name of its own: batch by batch, in order, at least once. A reader that fails tries again by itself, later and
/// later, and holds up nobody else.
/// </summary>
internal abstract class FeedReader(string name, AuditDatabase database, TimeProvider clock, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(200), LongestPause = TimeSpan.FromSeconds(30);

    private const int Lines = 32;

    /// <summary>Kinds of events that it reads; null: all.</summary>
    protected virtual string[]? Kinds => null;

    /// <summary>What to do with the events of a batch. When it returns, the reader's place moves past them.</summary>
    /// <param name="connection">In the transaction that moves the place.</param>
    protected abstract Task TakeAsync(NpgsqlConnection connection, IReadOnlyList<JournalEvent> events, CancellationToken cancel);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = Idle;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var moved = await StepAsync(stoppingToken);
                pause = moved ? TimeSpan.Zero : Idle;
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

    /// <returns>False: there is nothing to read, or another instance reads.</returns>
    internal async Task<bool> StepAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        if (await FeedCursor.TakeAsync(connection, name, cancel) is not { } place)
            return false;
        var entries = await EventFeed.ReadAsync(connection, place, Lines, cancel);
        if (entries.Count == 0)
            return false;
        foreach (var entry in entries)
            await TakeAsync(connection, await EventFeed.EventsAsync(connection, entry, Kinds, cancel), cancel);
        await FeedCursor.MoveAsync(connection, name, entries[^1].Place, cancel);
        await transaction.CommitAsync(cancel);
        return true;
    }
}
