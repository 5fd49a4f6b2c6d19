using Hoop.Audit.Ingest;
using Hoop.Audit.Storage;
using Npgsql;
using NpgsqlTypes;

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

    public static async Task<List<FeedEntry>> ReadAsync(NpgsqlConnection connection, FeedPlace after, int limit, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT xid, position, sessions, firsts, lasts FROM audit.feed
            WHERE (xid, position) > ($1, $2) AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, position LIMIT $3
            """, connection)
        {
            Parameters = { new() { Value = after.Xid, NpgsqlDbType = NpgsqlDbType.Xid8 }, new() { Value = after.Position }, new() { Value = limit } },
        };
        var entries = new List<FeedEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            var (sessions, firsts, lasts) = (reader.GetFieldValue<string[]>(2), reader.GetFieldValue<long[]>(3), reader.GetFieldValue<long[]>(4));
            entries.Add(new FeedEntry(
                new FeedPlace(reader.GetFieldValue<ulong>(0), reader.GetInt64(1)), [.. sessions.Select((session, i) => new FeedRange(session, firsts[i], lasts[i]))]));
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
