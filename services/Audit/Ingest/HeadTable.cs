using Hoop.ServiceDefaults;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Ingest;

/// <summary><c>audit.heads</c>: read before a batch is checked, written after it, in the same transaction.</summary>
internal static class HeadTable
{
    // A head that another transaction moved has no number of events: the table refuses it, and all that goes with it.
    private const string Upsert = """
        INSERT INTO audit.heads AS h (session_id, first_at, last_at, events, last_sequence, sequence, hash, to_log)
        SELECT id, first_at, last_at, events, last_sequence, sequence, hash, true
        FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[])
            AS u (id, first_at, last_at, events, last_sequence, sequence, hash) ORDER BY id
        ON CONFLICT (session_id) DO UPDATE SET first_at = excluded.first_at, last_at = excluded.last_at,
            events = CASE h.events WHEN ($8::bigint[])[array_position($1::text[], h.session_id)] THEN excluded.events END, last_sequence = excluded.last_sequence, sequence = excluded.sequence, hash = excluded.hash, to_log = true
        """;

    private const string Select = "SELECT session_id, first_at, last_at, events, last_sequence, sequence, hash FROM audit.heads WHERE session_id = ANY ($1)";

    /// <summary>Takes the lock of this name until the transaction ends, and then reads.</summary>
    public static Task<Dictionary<string, SessionHead>> LoadUnderLockAsync(NpgsqlConnection connection, string name, IReadOnlyCollection<string> sessions, CancellationToken cancel) =>
        LoadAsync(connection, sessions, cancel, SchemaScript.Lock(name));

    public static async Task<Dictionary<string, SessionHead>> LoadAsync(NpgsqlConnection connection, IReadOnlyCollection<string> sessions, CancellationToken cancel, params NpgsqlBatchCommand[] before)
    {
        await using var batch = connection.Batch([.. before, new NpgsqlBatchCommand(Select) { Parameters = { new() { Value = sessions.ToArray() } } }]);
        var heads = new Dictionary<string, SessionHead>(sessions.Count);
        await batch.PrepareAsync(cancel);
        await using var reader = await batch.ExecuteReaderAsync(cancel);
        foreach (var _ in before)
            await reader.NextResultAsync(cancel);
        while (await reader.ReadAsync(cancel))
            heads.Add(reader.GetString(0), Read(reader));
        return heads;
    }

    public static SessionHead Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), row.GetFieldValue<DateTimeOffset>(2),
        row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), Convert.ToHexStringLower(row.GetFieldValue<byte[]>(6)));

    /// <summary>
    /// Stores heads that moved. A session's number of events says whether another transaction moved it in between: then nothing of the batch is stored, and it comes again.
    /// So no place of a session is ever taken twice, in whatever partition.
    /// </summary>
    public static NpgsqlBatchCommand Move(IReadOnlyList<(SessionHead Old, SessionHead New)> heads) => new(Upsert)
    {
        Parameters =
        {
            new() { Value = heads.Select(h => h.New.SessionId).ToArray() },
            new() { Value = heads.Select(h => h.New.FirstAt.ToUniversalTime()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
            new() { Value = heads.Select(h => h.New.LastAt.ToUniversalTime()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
            new() { Value = heads.Select(h => h.New.Events).ToArray() },
            new() { Value = heads.Select(h => h.New.LastSequence).ToArray() },
            new() { Value = heads.Select(h => h.New.Sequence).ToArray() },
            new() { Value = heads.Select(h => Convert.FromHexString(h.New.Hash)).ToArray() },
            new() { Value = heads.Select(h => h.Old.Events).ToArray() },
        },
    };

    /// <summary>Runs what stores a batch, in one round trip.</summary>
    /// <exception cref="ConcurrentIngestException">Another transaction stored events of one of the sessions.</exception>
    public static async Task RunAsync(NpgsqlConnection connection, IEnumerable<NpgsqlBatchCommand> commands, CancellationToken cancel)
    {
        try
        {
            await using var batch = connection.Batch(commands);
            await batch.PrepareAsync(cancel);
            await batch.ExecuteNonQueryAsync(cancel);
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.NotNullViolation, TableName: "heads", ColumnName: "events" })
        {
            throw new ConcurrentIngestException();
        }
    }
}

/// <summary>Two transactions stored events of one session side by side; the second tries again.</summary>
internal sealed class ConcurrentIngestException() : Exception("Another instance stored events of the same session at the same time.");
