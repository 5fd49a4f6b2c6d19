using Hoop.Audit.Feed;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Ingest;

/// <summary><c>audit.event_chunks</c>: adding, and looking beside a batch.</summary>
internal static class EventTable
{
    public static async Task InsertAsync(NpgsqlConnection connection, string ingress, IReadOnlyList<JournalEvent> events, CancellationToken cancel)
    {
        if (events.Count == 0)
            return;
        await using var rows = await connection.BeginBinaryImportAsync(
            "COPY audit.event_chunks (session_id, sequence, at, events, times, kinds, payloads, previous_hash, hashes, ingress) FROM STDIN (FORMAT binary)", cancel);
        foreach (var chunk in EventChunk.Of(events))
            await chunk.WriteAsync(rows, ingress, cancel);
        await rows.CompleteAsync(cancel);
        await rows.CloseAsync(cancel);
        await EventFeed.AppendAsync(connection, events, cancel);
    }

    /// <summary>
    /// What is stored in the batch's places and right beside them. A batch that goes on where its sessions' heads stand, as nearly all do,
    /// needs no look into the table.
    /// </summary>
    public static async Task<Dictionary<(string Session, long Sequence), StoredLink>> NeighboursAsync(
        NpgsqlConnection connection, IReadOnlyList<JournalEvent> events, IReadOnlyDictionary<string, SessionHead> heads, CancellationToken cancel)
    {
        var stored = new Dictionary<(string, long), StoredLink>();
        var ranges = new List<(SessionHead Head, long First, long Last)>();
        foreach (var session in events.GroupBy(e => e.SessionId))
        {
            if (!heads.TryGetValue(session.Key, out var head))
                continue;
            if (!head.HasGap && session.All(e => e.Sequence > head.Sequence))
                stored.Add((head.SessionId, head.Sequence), new StoredLink(head.Hash, PreviousHash: ""));
            else
                ranges.Add((head, session.Min(e => e.Sequence) - 1, session.Max(e => e.Sequence) + 1));
        }

        if (ranges.Count > 0)
            await ReadRangesAsync(connection, ranges, stored, cancel);
        return stored;
    }

    /// <summary>Moves a head over what is stored after it: a gap that was closed.</summary>
    public static async Task<SessionHead> FollowAsync(NpgsqlConnection connection, SessionHead head, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT sequence, events, previous_hash, hashes FROM audit.event_chunks
            WHERE session_id = $1 AND sequence > $2 - {EventChunk.MostEvents} AND sequence + events > $2 + 1 AND at BETWEEN $3 AND $4 ORDER BY sequence
            """, connection)
        {
            Parameters =
            {
                new() { Value = head.SessionId }, new() { Value = head.Sequence },
                new() { Value = head.FirstAt.ToUniversalTime() }, new() { Value = head.LastAt.ToUniversalTime() },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            foreach (var (sequence, link) in Links(reader, 0).Where(e => e.Sequence > head.Sequence))
            {
                var next = head.Follow(sequence, link.PreviousHash, link.Hash);
                if (ReferenceEquals(next, head))
                    return head;
                head = next;
            }
        }

        return head;
    }

    private static async Task ReadRangesAsync(
        NpgsqlConnection connection, List<(SessionHead Head, long First, long Last)> ranges, Dictionary<(string, long), StoredLink> stored, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT r.id, c.sequence, c.events, c.previous_hash, c.hashes
            FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[]) AS r (id, first, last, first_at, last_at)
            CROSS JOIN LATERAL (
                SELECT c.sequence, c.events, c.previous_hash, c.hashes FROM audit.event_chunks c
                WHERE c.session_id = r.id AND c.sequence > r.first - {EventChunk.MostEvents} AND c.sequence <= r.last AND c.at BETWEEN r.first_at AND r.last_at ORDER BY c.sequence) c
            """, connection)
        {
            Parameters =
            {
                new() { Value = ranges.Select(r => r.Head.SessionId).ToArray() },
                new() { Value = ranges.Select(r => r.First).ToArray() },
                new() { Value = ranges.Select(r => r.Last).ToArray() },
                new() { Value = ranges.Select(r => r.Head.FirstAt.ToUniversalTime()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
                new() { Value = ranges.Select(r => r.Head.LastAt.ToUniversalTime()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            foreach (var (sequence, link) in Links(reader, 1))
                stored[(reader.GetString(0), sequence)] = link;
    }

    /// <summary>The events of a row, from the column on that has its first sequence.</summary>
    private static IEnumerable<(long Sequence, StoredLink Link)> Links(NpgsqlDataReader row, int column)
    {
        var first = row.GetInt64(column);
        return EventChunk.Links(row.GetFieldValue<byte[]>(column + 2), row.GetFieldValue<byte[]>(column + 3), row.GetInt32(column + 1))
            .Select((link, i) => (first + i, new StoredLink(link.Hash, link.PreviousHash)));
    }
}
