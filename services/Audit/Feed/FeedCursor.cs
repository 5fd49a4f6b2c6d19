using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Feed;

/// <summary>A reader's durable place. One instance at a time moves it: the lock lasts as long as the transaction.</summary>
internal static class FeedCursor
{
    /// <returns>Null: another instance reads under this name now.</returns>
    public static async Task<FeedPlace?> TakeAsync(NpgsqlConnection connection, string name, CancellationToken cancel)
    {
        await using (var take = new NpgsqlCommand("SELECT pg_try_advisory_xact_lock(hashtextextended('feed ' || $1, 5001))", connection) { Parameters = { new() { Value = name } } })
        {
            await take.PrepareAsync(cancel);
            if (await take.ExecuteScalarAsync(cancel) is not true)
                return null;
        }

        await using var command = new NpgsqlCommand("SELECT xid, position FROM audit.feed_cursors WHERE name = $1", connection) { Parameters = { new() { Value = name } } };
        await command.PrepareAsync(cancel);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? new FeedPlace(reader.GetFieldValue<ulong>(0), reader.GetInt64(1)) : default(FeedPlace);
    }

    public static async Task MoveAsync(NpgsqlConnection connection, string name, FeedPlace place, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO audit.feed_cursors (name, xid, position) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET xid = excluded.xid, position = excluded.position, moved_at = now()
            """, connection)
        {
            Parameters = { new() { Value = name }, new() { Value = place.Xid, NpgsqlDbType = NpgsqlDbType.Xid8 }, new() { Value = place.Position } },
        };
        await command.PrepareAsync(cancel);
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Deletes the lines that all of these readers have passed; those of readers that are no more do not count.</summary>
    public static async Task PruneAsync(NpgsqlConnection connection, string[] names, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            DELETE FROM audit.feed_cursors WHERE NOT name = ANY ($1);
            """, connection) { Parameters = { new() { Value = names } } };
        await command.ExecuteNonQueryAsync(cancel);
        await using var prune = new NpgsqlCommand(
            """
            DELETE FROM audit.feed f USING (SELECT xid, position FROM audit.feed_cursors ORDER BY xid, position LIMIT 1) slowest
            WHERE (f.xid, f.position) <= (slowest.xid, slowest.position) AND (SELECT count(*) FROM audit.feed_cursors) = $1
            """, connection) { Parameters = { new() { Value = (long)names.Length } } };
        await prune.ExecuteNonQueryAsync(cancel);
    }
}
