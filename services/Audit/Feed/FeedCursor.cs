using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Feed;

/// <summary>A reader's durable place.</summary>
internal static class FeedCursor
{
    public static NpgsqlBatchCommand Move(string name, FeedPlace place) => new(
        """
        INSERT INTO audit.feed_cursors (name, xid, position) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE SET xid = excluded.xid, position = excluded.position, moved_at = now()
        """)
    {
        Parameters = { new() { Value = name }, new() { Value = place.Xid, NpgsqlDbType = NpgsqlDbType.Xid8 }, new() { Value = place.Position } },
    };

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
