using Hoop.Audit.Chain;
using Hoop.Audit.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Ingest;

/// <summary><c>audit.event_chunks</c>: adding, and looking beside a batch.</summary>
internal static class EventTable
{
    // Lists of lists would have to be as wide everywhere: the events of all rows travel in one, and each row takes its stretch.
    private const string Insertion = """
        INSERT INTO audit.event_chunks (session_id, sequence, at, events, times, kinds, payloads, previous_hash, hashes, ingress)
        SELECT r.session_id, r.sequence, ($6::timestamptz[])[r.first], r.last - r.first + 1, ($6::timestamptz[])[r.first:r.last], ($7::text[])[r.first:r.last], ($8::text[])[r.first:r.last],
            r.previous_hash, substr($9::bytea, (r.first - 1) * 32 + 1, (r.last - r.first + 1) * 32), $10
        FROM unnest($1::text[], $2::bigint[], $3::int[], $4::int[], $5::bytea[]) AS r (session_id, sequence, first, last, previous_hash)
        """;

    /// <summary>The server walks to a row's stretch: over the events of so many rows at most, where a batch has many short ones.</summary>
    private const int RowsAtOnce = 64;

    /// <param name="sessions">Each with its events in the order of their sequence.</param>
    public static IEnumerable<NpgsqlBatchCommand> Insert(string ingress, IReadOnlyList<SessionPart> sessions)
    {
        var events = sessions.SelectMany(s => s.Events).ToArray();
        return EventChunk.Cut(events).Chunk(RowsAtOnce).Select(rows => Insert(ingress, events[rows[0].First..(rows[^1].Last + 1)], rows, rows[0].First));
    }

    /// <param name="events">Those of the rows.</param>
    /// <param name="start">The place of the first of them, as the rows count.</param>
    private static NpgsqlBatchCommand Insert(string ingress, BatchedEvent[] events, (int First, int Last)[] rows, int start)
    {
        var firsts = Array.ConvertAll(rows, r => events[r.First - start]);
        return new NpgsqlBatchCommand(Insertion)
        {
            Parameters =
            {
                new() { Value = Array.ConvertAll(firsts, e => e.SessionId) }, new() { Value = Array.ConvertAll(firsts, e => e.Sequence) },
                new() { Value = Array.ConvertAll(rows, r => r.First - start + 1) }, new() { Value = Array.ConvertAll(rows, r => r.Last - start + 1) },
                new() { Value = Array.ConvertAll(firsts, e => e.PreviousHash.ToBytes()) },
                new() { Value = Array.ConvertAll(events, e => e.At), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
                new() { Value = Array.ConvertAll(events, e => e.Kind) },
                new() { Value = Array.ConvertAll(events, e => e.Payload), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = Hashes(events) }, new() { Value = ingress },
            },
        };
    }

    /// <summary>
    /// Of each session what is stored in the batch's places and right beside them, by its sequence. A batch that goes on where its sessions' heads stand, as nearly all do,
    /// needs no look into the table.
    /// </summary>
    public static async Task<Dictionary<string, Dictionary<long, StoredLink>>> NeighboursAsync(
        NpgsqlConnection connection, IReadOnlyList<SessionPart> batch, IReadOnlyDictionary<string, SessionHead> heads, CancellationToken cancel)
    {
        var (stored, ranges) = (new Dictionary<string, Dictionary<long, StoredLink>>(), new List<(SessionHead Head, long First, long Last)>());
        foreach (var part in batch)
        {
            if (!heads.TryGetValue(part.Id, out var head))
                continue;
            stored.Add(part.Id, []);
            var (first, last) = (part.Events.Min(e => e.Sequence), part.Events.Max(e => e.Sequence));
            if (!head.HasGap && first > head.Sequence)
                stored[part.Id].Add(head.Sequence, new StoredLink(ChainHash.Parse(head.Hash), PreviousHash: null));
            else
                ranges.Add((head, Math.Max(first, 0) - 1, Math.Min(last, EventChunk.LastSequence) + 1));
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
            foreach (var (sequence, previous, hash) in Links(reader, 0).Where(e => e.Sequence > head.Sequence))
            {
                var next = head.Follow(sequence, previous, hash);
                if (ReferenceEquals(next, head))
                    return head;
                head = next;
            }
        }

        return head;
    }

    private static async Task ReadRangesAsync(
        NpgsqlConnection connection, List<(SessionHead Head, long First, long Last)> ranges, Dictionary<string, Dictionary<long, StoredLink>> stored, CancellationToken cancel)
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
            foreach (var (sequence, previous, hash) in Links(reader, 1))
                stored[reader.GetString(0)][sequence] = new StoredLink(ChainHash.Parse(hash), ChainHash.Parse(previous));
    }

    private static byte[] Hashes(BatchedEvent[] events)
    {
        var hashes = new byte[events.Length * CanonicalEvent.HashLength];
        for (var i = 0; i < events.Length; i++)
            events[i].Hash.Write(hashes.AsSpan(i * CanonicalEvent.HashLength));
        return hashes;
    }

    /// <summary>The events of a row, from the column on that has its first sequence.</summary>
    private static IEnumerable<(long Sequence, string PreviousHash, string Hash)> Links(NpgsqlDataReader row, int column)
    {
        var first = row.GetInt64(column);
        return EventChunk.Links(row.GetFieldValue<byte[]>(column + 2), row.GetFieldValue<byte[]>(column + 3), row.GetInt32(column + 1))
            .Select((link, i) => (first + i, link.PreviousHash, link.Hash));
    }
}
