using Npgsql;

namespace Hoop.Audit.Retention;

/// <param name="Name"><c>events_2026w05</c>.</param>
/// <param name="First">The time of the earliest event that it can hold; <paramref name="Until"/> is the first that it can not.</param>
/// <param name="KeepDays">What the retention was when it was looked at.</param>
internal sealed record DuePartition(string Name, DateTimeOffset First, DateTimeOffset Until, int KeepDays)
{
    public string Rule => $"retention of {KeepDays} days";
}

/// <summary>What is in a partition, and what there is to be said of it.</summary>
internal static class PartitionTable
{
    /// <summary>Stretches of a session's events without a gap: each is one tombstone.</summary>
    private const string RunsOf = """
        SELECT session_id, min(sequence), max(sequence + events - 1), (array_agg(substr(hashes, (events - 1) * 32 + 1) ORDER BY sequence DESC))[1] FROM (
            SELECT session_id, sequence, events, hashes, sequence + events - sum(events) OVER (PARTITION BY session_id ORDER BY sequence) AS run
            FROM audit.event_chunks WHERE at >= $1 AND at < $2) c
        GROUP BY session_id, run ORDER BY session_id, 2
        """;

    /// <summary>Held until <see cref="UnlockAsync"/>, over transactions, or until the connection breaks.</summary>
    public static async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock(hashtextextended('audit.retention', 5001))", connection);
        return await command.ExecuteScalarAsync(cancel) is true;
    }

    public static async Task UnlockAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock(hashtextextended('audit.retention', 5001))", connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>Those that are older than the retention, oldest first; none when everything is kept.</summary>
    public static async Task<List<DuePartition>> DueAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT p.name, p.first, p.until, (extract(epoch FROM r.keep) / 86400)::int FROM audit.partitions p, audit.retention r
            WHERE r.keep IS NOT NULL AND p.until <= now() - r.keep ORDER BY p.first
            """, connection);
        var due = new List<DuePartition>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            due.Add(new DuePartition(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetInt32(3)));
        return due;
    }

    /// <summary>The legal hold that keeps it; null when none does.</summary>
    /// <param name="released">The holds whose release is proved.</param>
    public static async Task<string?> HoldOnAsync(NpgsqlConnection connection, DuePartition partition, string[] released, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT audit.hold_on($1, $2)", connection) { Parameters = { new() { Value = partition.Name }, new() { Value = released } } };
        return await command.ExecuteScalarAsync(cancel) as string;
    }

    public static async Task<List<(string Session, long First, long Last, string Hash)>> RunsAsync(NpgsqlConnection connection, DuePartition partition, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(RunsOf, connection) { Parameters = { new() { Value = partition.First }, new() { Value = partition.Until } }, CommandTimeout = 0 };
        var runs = new List<(string, long, long, string)>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            runs.Add((reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(3))));
        return runs;
    }

    public static async Task AddTombstoneAsync(NpgsqlConnection connection, string partition, long index, long events, long sessions, DateTimeOffset at, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("INSERT INTO audit.tombstones (partition, index, events, sessions, at) VALUES ($1, $2, $3, $4, $5)", connection)
        {
            Parameters = { new() { Value = partition }, new() { Value = index }, new() { Value = events }, new() { Value = sessions }, new() { Value = at } },
        };
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <exception cref="PostgresException">The database does not agree.</exception>
    public static async Task DropAsync(NpgsqlConnection connection, string partition, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT audit.drop_events_partition($1)", connection) { Parameters = { new() { Value = partition } } };
        await command.ExecuteNonQueryAsync(cancel);
    }
}
