using Hoop.Audit.Storage;
using Hoop.ServiceDefaults;
using Npgsql;

namespace Hoop.Audit.Retention;

/// <summary>A legal hold: nothing that holds a session of its scope is dropped until it is released.</summary>
/// <param name="Scope"><c>session</c>, <c>principal</c>, <c>target</c> or <c>all</c>.</param>
/// <param name="Value">The session's id, the principal's name or id, the target's name; empty for <c>all</c>.</param>
/// <param name="PlacedBy">Issuer and subject.</param>
/// <param name="Sessions">How many recorded sessions it covers now.</param>
internal sealed record LegalHold(
    string Id, string Scope, string Value, string Reason, string PlacedBy, DateTimeOffset PlacedAt,
    string? ReleasedBy, DateTimeOffset? ReleasedAt, string? ReleaseReason, long Sessions);

/// <summary><c>audit.holds</c>: one row when a hold is placed, one when it is released; neither is ever changed.</summary>
internal sealed class HoldTable(AuditDatabase database, TimeProvider clock)
{
    /// <summary>The same lock as in <c>audit.drop_events_partition</c>: what is answered as held is not being dropped.</summary>
    private const string Lock = "audit.holds";

    private const string Select = """
        SELECT p.id, p.scope, p.value, p.reason, p.by, p.at, r.by, r.at, r.reason,
            (SELECT count(*) FROM audit.sessions s WHERE CASE p.scope WHEN 'all' THEN true WHEN 'session' THEN s.id = p.value
                WHEN 'target' THEN s.target = p.value ELSE s.principal_id = p.value OR s.principal_name = p.value END)
        FROM audit.holds p LEFT JOIN audit.holds r ON r.id = p.id AND r.action = 'released'
        WHERE p.action = 'placed' AND ($1::text IS NULL OR p.id = $1) AND ($2 OR r.id IS NULL) ORDER BY p.at, p.id
        """;

    /// <param name="released">Those too that were released.</param>
    public async Task<List<LegalHold>> ListAsync(bool released, CancellationToken cancel)
    {
        await using var connection = await database.OpenForAnswerAsync(cancel);
        return await ReadAsync(connection, id: null, released, cancel);
    }

    public async Task<LegalHold> PlaceAsync(string scope, string value, string reason, string by, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return (await AddAsync(new LegalHold($"hold-{Guid.CreateVersion7(now):n}", scope, value, reason, by, now, null, null, null, 0), "placed", reason, by, now, cancel))!;
    }

    /// <summary>Null when there is no such hold, or it was released before.</summary>
    public async Task<LegalHold?> ReleaseAsync(string id, string reason, string by, CancellationToken cancel)
    {
        await using var connection = await database.OpenForAnswerAsync(cancel);
        return (await ReadAsync(connection, id, released: false, cancel)).SingleOrDefault() is { } hold
            ? await AddAsync(hold, "released", reason, by, clock.GetUtcNow(), cancel)
            : null;
    }

    private async Task<LegalHold?> AddAsync(LegalHold hold, string action, string reason, string by, DateTimeOffset at, CancellationToken cancel)
    {
        await using var connection = await database.OpenForAnswerAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await connection.LockAsync(Lock, cancel);
        await using var insert = new NpgsqlCommand(
            "INSERT INTO audit.holds (id, action, scope, value, reason, by, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING", connection)
        {
            Parameters =
            {
                new() { Value = hold.Id }, new() { Value = action }, new() { Value = hold.Scope }, new() { Value = hold.Value },
                new() { Value = reason }, new() { Value = by }, new() { Value = at },
            },
        };
        if (await insert.ExecuteNonQueryAsync(cancel) == 0)
            return null;
        await transaction.CommitAsync(cancel);
        return (await ReadAsync(connection, hold.Id, released: true, cancel)).Single();
    }

    private static async Task<List<LegalHold>> ReadAsync(NpgsqlConnection connection, string? id, bool released, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(Select, connection)
        {
            Parameters = { new() { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }, new() { Value = released } },
        };
        var holds = new List<LegalHold>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
            holds.Add(new LegalHold(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetFieldValue<DateTimeOffset>(5),
                row.IsDBNull(6) ? null : row.GetString(6), row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7), row.IsDBNull(8) ? null : row.GetString(8), row.GetInt64(9)));
        return holds;
    }
}
