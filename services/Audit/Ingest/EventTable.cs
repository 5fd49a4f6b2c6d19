using Hoop.Audit.Feed;
using Hoop.Contracts.Audit;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Ingest;

/// <summary><c>audit.events</c>: adding, and looking beside a batch.</summary>
internal static class EventTable
{
    public static async Task InsertAsync(NpgsqlConnection connection, string ingress, IReadOnlyList<JournalEvent> events, CancellationToken cancel)
    {
        if (events.Count == 0)
            return;
        await using var rows = await connection.BeginBinaryImportAsync(
            "COPY audit.events (session_id, sequence, at, kind, payload, previous_hash, hash, ingress) FROM STDIN (FORMAT binary)", cancel);
        foreach (var e in events)
        {
            await rows.StartRowAsync(cancel);
            await rows.WriteAsync(e.SessionId, NpgsqlDbType.Text, cancel);
            await rows.WriteAsync(e.Sequence, NpgsqlDbType.Bigint, cancel);
            await rows.WriteAsync(e.At.ToUniversalTime(), NpgsqlDbType.TimestampTz, cancel);
            await rows.WriteAsync(e.Kind, NpgsqlDbType.Text, cancel);
            await rows.WriteAsync(e.Payload, NpgsqlDbType.Text, cancel);
            await rows.WriteAsync(Convert.FromHexString(e.PreviousHash), NpgsqlDbType.Bytea, cancel);
            await rows.WriteAsync(Convert.FromHexString(e.Hash), NpgsqlDbType.Bytea, cancel);
            await rows.WriteAsync(ingress, NpgsqlDbType.Text, cancel);
        }

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
            """
            SELECT sequence, previous_hash, hash FROM audit.events
            WHERE session_id = $1 AND sequence > $2 AND at BETWEEN $3 AND $4 ORDER BY sequence
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
            var next = head.Follow(reader.GetInt64(0), Hash(reader, 1), Hash(reader, 2));
            if (ReferenceEquals(next, head))
                break;
            head = next;
        }

        return head;
    }

    private static async Task ReadRangesAsync(
        NpgsqlConnection connection, List<(SessionHead Head, long First, long Last)> ranges, Dictionary<(string, long), StoredLink> stored, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT r.id, e.sequence, e.hash, e.previous_hash
            FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[]) AS r (id, first, last, first_at, last_at)
            CROSS JOIN LATERAL (
                SELECT e.sequence, e.hash, e.previous_hash FROM audit.events e
                WHERE e.session_id = r.id AND e.sequence BETWEEN r.first AND r.last AND e.at BETWEEN r.first_at AND r.last_at ORDER BY e.sequence) e
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
            stored[(reader.GetString(0), reader.GetInt64(1))] = new StoredLink(Hash(reader, 2), Hash(reader, 3));
    }

    private static string Hash(NpgsqlDataReader row, int column) => Convert.ToHexStringLower(row.GetFieldValue<byte[]>(column));
}
