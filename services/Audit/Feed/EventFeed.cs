using Hoop.Audit.Ingest;
using Hoop.Audit.Storage;
using Hoop.ServiceDefaults;
using Npgsql;

namespace Hoop.Audit.Feed;

/// <summary>A stretch of one session's events.</summary>
internal readonly record struct FeedRange(string SessionId, long First, long Last);

/// <summary>Where a reader of the feed stands.</summary>
internal readonly record struct FeedPlace(ulong Xid, long Position);

/// <summary>What one transaction stored.</summary>
internal sealed record FeedEntry(FeedPlace Place, IReadOnlyList<FeedRange> Ranges)
{
    public long Events => Ranges.Sum(r => r.Last - r.First + 1);
}

/// <summary>
/// The order in which events came, for whoever follows all of them: one line a batch, in the transaction that stores it. Lines are read in
/// the order of their transactions, and only those that no running transaction can come before, so that none is ever passed over.
/// </summary>
internal static class EventFeed
{
    /// <param name="sessions">Each with its events in the order of their sequence.</param>
    public static NpgsqlBatchCommand Append(IReadOnlyList<SessionPart> sessions) => new("INSERT INTO audit.feed (sessions, firsts, lasts) VALUES ($1, $2, $3)")
    {
        Parameters =
        {
            new() { Value = sessions.Select(s => s.Id).ToArray() },
            new() { Value = sessions.Select(s => s.Events[0].Sequence).ToArray() },
            new() { Value = sessions.Select(s => s.Events[^1].Sequence).ToArray() },
        },
    };

    /// <summary>What follows the reader's place. One instance at a time reads under a name: its lock lasts as long as the transaction.</summary>
    /// <returns>Null: another instance reads under this name now.</returns>
    public static async Task<List<FeedEntry>?> ReadAsync(NpgsqlConnection connection, string reader, int limit, CancellationToken cancel)
    {
        await using var batch = connection.Batch(
        [
            new("SELECT pg_try_advisory_xact_lock(hashtextextended('feed ' || $1, 5001))") { Parameters = { new() { Value = reader } } },
            new("""
                SELECT f.xid, f.position, f.sessions, f.firsts, f.lasts FROM audit.feed f
                WHERE (f.xid, f.position) > (coalesce((SELECT xid FROM audit.feed_cursors WHERE name = $1), '0'), coalesce((SELECT position FROM audit.feed_cursors WHERE name = $1), 0))
                    AND f.xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY f.xid, f.position LIMIT $2
                """) { Parameters = { new() { Value = reader }, new() { Value = limit } } },
        ]);
        await batch.PrepareAsync(cancel);
        await using var rows = await batch.ExecuteReaderAsync(cancel);
        if (!await rows.ReadAsync(cancel) || !rows.GetBoolean(0))
            return null;
        await rows.NextResultAsync(cancel);
        var entries = new List<FeedEntry>();
        while (await rows.ReadAsync(cancel))
        {
            var (sessions, firsts, lasts) = (rows.GetFieldValue<string[]>(2), rows.GetFieldValue<long[]>(3), rows.GetFieldValue<long[]>(4));
            entries.Add(new FeedEntry(new FeedPlace(rows.GetFieldValue<ulong>(0), rows.GetInt64(1)), [.. sessions.Select((session, i) => new FeedRange(session, firsts[i], lasts[i]))]));
        }

        return entries;
    }

    /// <summary>The rows of these lines, session by session, in order. LATERAL: without it the planner may well read all events of the week for each line.</summary>
    public static async Task<List<EventChunk>> ChunksAsync(NpgsqlConnection connection, IReadOnlyCollection<FeedEntry> entries, CancellationToken cancel)
    {
        var ranges = entries.SelectMany(e => e.Ranges).ToList();
        await using var command = new NpgsqlCommand(
            $"""
            SELECT {EventChunk.Columns}
            FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS r (id, first, last, place)
            JOIN audit.heads h ON h.session_id = r.id
            CROSS JOIN LATERAL (
                SELECT * FROM audit.event_chunks c
                WHERE c.session_id = r.id AND c.sequence BETWEEN r.first AND r.last AND c.at BETWEEN h.first_at AND h.last_at
                ORDER BY c.sequence) c
            ORDER BY r.place, c.sequence
            """, connection)
        {
            Parameters =
            {
                new() { Value = ranges.Select(r => r.SessionId).ToArray() },
                new() { Value = ranges.Select(r => r.First).ToArray() },
                new() { Value = ranges.Select(r => r.Last).ToArray() },
            },
        };
        await command.PrepareAsync(cancel);
        var chunks = new List<EventChunk>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            chunks.Add(EventChunk.Read(reader));
        return chunks;
    }
}
