using Hoop.Audit.Storage;
using Hoop.ServiceDefaults;
using Npgsql;

namespace Hoop.Audit.Feed;

/// <summary>
/// Follows the feed under a name of its own: in order, at least once. A reader that fails tries again by itself, later and
/// later, and holds up nobody else.
/// </summary>
internal abstract class FeedReader(string name, AuditDatabase database, TimeProvider clock, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(200), LongestPause = TimeSpan.FromSeconds(30);

    private const int Lines = 32;

    /// <summary>Batches are taken together until they have so many events; each by itself, unless said otherwise.</summary>
    protected virtual int EventsAtOnce => 1;

    /// <summary>What to do with the events of some batches. The reader's place moves past them in the transaction that stores what this returns.</summary>
    protected abstract Task<IReadOnlyList<NpgsqlBatchCommand>> TakeAsync(IReadOnlyList<EventChunk> chunks, CancellationToken cancel);

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
        if (await EventFeed.ReadAsync(connection, name, Lines, cancel) is not { Count: > 0 } entries)
            return default;
        var (some, commands) = (new List<FeedEntry>(), new List<NpgsqlBatchCommand>());
        foreach (var entry in entries)
        {
            some.Add(entry);
            if (some.Sum(e => e.Events) < EventsAtOnce && !ReferenceEquals(entry, entries[^1]))
                continue;
            commands.AddRange(await TakeAsync(await EventFeed.ChunksAsync(connection, some, cancel), cancel));
            some.Clear();
        }

        await using var batch = connection.Batch([.. commands, FeedCursor.Move(name, entries[^1].Place), new NpgsqlBatchCommand("COMMIT")]);
        await batch.PrepareAsync(cancel);
        await batch.ExecuteNonQueryAsync(cancel);
        return new FeedStep(entries.Sum(e => e.Events), IsBehind: entries.Count == Lines);
    }
}

/// <param name="Events">That were taken; 0: there is nothing to read, or another instance reads.</param>
/// <param name="IsBehind">There may be more.</param>
internal readonly record struct FeedStep(long Events, bool IsBehind);
