using System.Runtime.CompilerServices;
using Hoop.Audit.Admin;
using Hoop.Audit.Chain;
using Hoop.Audit.Chain.Log;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Sessions;

internal sealed class SessionQueries(AuditDatabase database)
{
    private const string Columns = """
        SELECT id, principal_name, principal_id, principal_kind, target, protocol, started_at, ended_at, cause,
               operations, held, blocked, events, last_sequence, policy_version FROM audit.sessions
        """;

    // LATERAL: the bounds are known before a partition is opened.
    internal static readonly string Events = $"""
        SELECT {EventChunk.Columns} FROM audit.heads h CROSS JOIN LATERAL (
            SELECT c.*, sum(c.events) OVER (ORDER BY c.sequence) - c.events AS before FROM audit.event_chunks c
            WHERE c.session_id = $1 AND c.sequence > $2 - {EventChunk.MostEvents} AND c.sequence + c.events > $2 + 1 AND c.at BETWEEN h.first_at AND h.last_at) c
        WHERE h.session_id = $1 AND ($3 IS NULL OR c.before < $3 + {EventChunk.MostEvents}) ORDER BY c.sequence
        """;

    /// <summary>Newest first.</summary>
    /// <param name="principal">Name, subject or id; null for all.</param>
    /// <param name="ownerId">Only this principal's; null for everybody's.</param>
    public async Task<List<SessionSummary>> ListAsync(string? principal, string? target, string? ownerId, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenForAnswerAsync(cancel);
        await using var command = new NpgsqlCommand(
            $"""
            {Columns}
            WHERE ($1 IS NULL OR principal_name = $1 OR principal_id = $1 OR right(principal_id, length($1) + 1) = '|' || $1)
              AND ($2 IS NULL OR target = $2) AND ($3 IS NULL OR principal_id = $3)
            ORDER BY coalesce(started_at, last_at) DESC, id DESC LIMIT $4
            """, connection) { Parameters = { Text(principal), Text(target), Text(ownerId), new() { Value = limit } } };
        return await ReadAsync(command, cancel);
    }

    /// <summary>
    /// Null when there is none. An admin chain is a session that nobody owns. Who it was of, and on what, is what its chain begins with, and not what the list says: it decides
    /// who may see it, and stands in reports. Where the beginning is not there, nobody knows.
    /// </summary>
    public async Task<SessionSummary?> FindAsync(string id, CancellationToken cancel)
    {
        if (id.Contains('\0'))
            return null;
        await using var connection = await database.OpenForAnswerAsync(cancel);
        if (AdminChain.Owns(id))
            return await AdminAsync(connection, id, cancel);
        await using var command = new NpgsqlCommand($"{Columns} WHERE id = $1", connection) { Parameters = { Text(id) } };
        if ((await ReadAsync(command, cancel)).SingleOrDefault() is not { } listed)
            return null;
        var start = await SessionStart.FindAsync(connection, id, cancel);
        return listed with
        {
            Principal = start?.PrincipalName, PrincipalId = start?.PrincipalId, PrincipalKind = start?.PrincipalKind, Target = start?.Target, Protocol = start?.Protocol,
            StartedAt = start?.StartedAt, PolicyVersion = start?.PolicyVersion,
        };
    }

    /// <summary>The last tombstone of a session that is gone; null when the log has none.</summary>
    public async Task<(long Index, LogEntry Entry)?> TombstoneAsync(string id, CancellationToken cancel)
    {
        if (id.Contains('\0'))
            return null;
        await using var connection = await database.OpenForAnswerAsync(cancel);
        var entries = await LogTable.EntriesAsync(connection, id, long.MaxValue, cancel);
        return entries is [.., var last] && LogEntry.Read(last.Text) is { Kind: LogEntry.Tombstone } tombstone ? (last.Index, tombstone) : null;
    }

    /// <summary>In order, from one consistent look at the table.</summary>
    public async IAsyncEnumerable<JournalEvent> EventsAsync(string id, long after, int? limit, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var connection = await database.OpenForAnswerAsync(cancel);
        await using var command = new NpgsqlCommand(Events, connection)
        {
            Parameters = { Text(id), new() { Value = after }, new() { Value = (object?)limit ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint } },
        };
        var count = 0;
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            foreach (var e in EventChunk.Read(reader).Events().Where(e => e.Sequence > after))
                if (count++ < (limit ?? int.MaxValue))
                    yield return e;
    }

    private static async Task<SessionSummary?> AdminAsync(NpgsqlConnection connection, string id, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            "SELECT events, first_at FROM audit.heads WHERE session_id = $1", connection) { Parameters = { Text(id) } };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel)
            ? new SessionSummary(id, null, null, null, "hoop", "admin", reader.GetFieldValue<DateTimeOffset>(1), null, null, "running", 0, 0, 0, reader.GetInt64(0), true, null)
            : null;
    }

    private static async Task<List<SessionSummary>> ReadAsync(NpgsqlCommand command, CancellationToken cancel)
    {
        var sessions = new List<SessionSummary>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            sessions.Add(Read(reader));
        return sessions;
    }

    private static SessionSummary Read(NpgsqlDataReader row)
    {
        var (ended, cause) = (Time(row, 7), String(row, 8));
        return new SessionSummary(
            row.GetString(0), String(row, 1), String(row, 2), String(row, 3), String(row, 4), String(row, 5), Time(row, 6), ended, cause,
            ended is null ? "running" : cause == "crash" ? "crashed" : "ended",
            row.GetInt64(9), row.GetInt64(10), row.GetInt64(11), row.GetInt64(12), row.GetInt64(12) == row.GetInt64(13) + 1,
            row.IsDBNull(14) ? null : row.GetInt64(14));
    }

    private static string? String(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value?.Replace('\0', '\uFFFD') ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
