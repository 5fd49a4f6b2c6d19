using System.Data;
using System.Globalization;
using Hoop.Audit.Admin;
using Hoop.Audit.Chain;
using Hoop.Audit.Chain.Log;
using Hoop.Audit.Ingest;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Npgsql;

namespace Hoop.Audit.Retention;

/// <summary>
/// Drops partitions that are older than the retention. First the log gets a tombstone of every session in it and one of the whole, under a signed tree head; then the
/// database drops it, if it agrees: see <c>audit.drop_events_partition</c>. What stops between the two goes on at the next round.
/// </summary>
internal sealed class PartitionDrop(
    AuditDatabase database, EvidenceLog log, EventPartitions partitions, AdminChain admin, ReleaseProofs releases, TimeProvider clock, ILogger<PartitionDrop> logger)
{
    public const string Dropped = "retention.dropped";

    /// <returns>The names of those that are gone.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        if (!await PartitionTable.TryLockAsync(connection, cancel))
            return [];   // Another instance is at it.
        try
        {
            return await DropDueAsync(connection, cancel);
        }
        finally
        {
            // With a connection that broke the lock is gone, and why it broke is what is to be told.
            if (connection.State == ConnectionState.Open)
                await PartitionTable.UnlockAsync(connection);
        }
    }

    private async Task<List<string>> DropDueAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        var gone = new List<string>();
        var released = await releases.ReadAsync(cancel);
        foreach (var partition in await PartitionTable.DueAsync(connection, cancel))
            if (await TryDropAsync(connection, partition, released, cancel))
                gone.Add(partition.Name);
        return gone;
    }

    private async Task<bool> TryDropAsync(NpgsqlConnection connection, DuePartition partition, ReleasedHolds released, CancellationToken cancel)
    {
        if (await PartitionTable.HoldOnAsync(connection, partition, released.Proved, cancel) is { } hold)
        {
            if (released.ProblemOf(hold) is { } problem)
                logger.ReleaseNotProved(partition.Name, hold, problem.Why);
            else
                logger.PartitionHeld(partition.Name, hold);
            return false;
        }

        while (await log.SealAsync(cancel) is not null)
        {
            // Every head in it is logged before its tombstone is.
        }

        try
        {
            var tombstone = await BuryAsync(partition, cancel);
            await PartitionTable.DropAsync(connection, partition.Name, cancel);
            partitions.Forget();
            await RecordAsync(tombstone, cancel);
            logger.PartitionDropped(partition.Name, tombstone.Events, tombstone.Sessions);
            return true;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            logger.PartitionKept(partition.Name, e.MessageText);
            return false;
        }
    }

    /// <summary>The tombstones of a partition, in the log. Made anew for each attempt: what is in it may have grown since the last.</summary>
    private async Task<PartitionTombstone> BuryAsync(DuePartition partition, CancellationToken cancel)
    {
        PartitionTombstone? tombstone = null;
        await log.AppendAsync(
            async (connection, size, token) =>
            {
                var (runs, now) = (await PartitionTable.RunsAsync(connection, partition, token), CanonicalEvent.Truncate(clock.GetUtcNow()));
                var leaves = runs.ConvertAll(r => new LogEntry(LogEntry.Tombstone, r.Session, r.Last, r.Hash, r.First, $"{partition.Rule}, {partition.Name}", now).ToLeaf());
                var (sessions, events) = (runs.Select(r => r.Session).Distinct().LongCount(), runs.Sum(r => r.Last - r.First + 1));
                tombstone = new PartitionTombstone(partition.Name, partition.First, partition.Until, sessions, events, leaves.Count, PartitionTombstone.RootOf(leaves), partition.Rule, now);
                await PartitionTable.AddTombstoneAsync(connection, partition.Name, size + leaves.Count, events, sessions, now, token);
                return [.. leaves, tombstone.ToLeaf()];
            }, cancel);
        return tombstone!;
    }

    private Task RecordAsync(PartitionTombstone tombstone, CancellationToken cancel) => admin.RecordAsync(
        [
            new AdminAction(Guid.CreateVersion7(clock.GetUtcNow()), "audit", Dropped, clock.GetUtcNow(), By: null, Address: null, AdminOutcomes.Done, new Dictionary<string, string>
            {
                ["partition"] = tombstone.Partition, ["rule"] = tombstone.Rule, ["root"] = tombstone.Root,
                ["events"] = tombstone.Events.ToString(CultureInfo.InvariantCulture), ["sessions"] = tombstone.Sessions.ToString(CultureInfo.InvariantCulture),
            }),
        ], cancel);
}
