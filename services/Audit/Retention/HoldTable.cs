using Hoop.Audit.Chain;
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
    string? ReleasedBy, DateTimeOffset? ReleasedAt, string? ReleaseReason, long Sessions)
{
    /// <summary>Why the release is not believed, and what to do; null when there is none, or it is proved, or may be soon.</summary>
    public string? Problem { get; init; }
}

/// <summary><c>audit.holds</c>: one row when a hold is placed, one when it is released; both are signed, and neither is ever changed.</summary>
internal sealed class HoldTable(AuditDatabase database, EvidenceLog log, ReleaseProofs releases, TimeProvider clock)
{
    /// <summary>The same lock as in <c>audit.drop_events_partition</c>: what is answered as held is not being dropped.</summary>
    private const string Lock = "audit.holds";

    private const string Select = """
        SELECT p.id, p.scope, p.value, p.reason, p.by, p.at, r.by, r.at, r.reason,
            (SELECT count(*) FROM audit.sessions s WHERE CASE p.scope WHEN 'all' THEN true WHEN 'session' THEN s.id = p.value
                WHEN 'target' THEN s.target = p.value ELSE s.principal_id = p.value OR s.principal_name = p.value END)
        FROM audit.holds p LEFT JOIN LATERAL (
            SELECT * FROM audit.holds r WHERE r.id = p.id AND r.action = 'released' ORDER BY r.signature = '', r.at DESC LIMIT 1) r ON true
        WHERE p.action = 'placed' AND ($1::text IS NULL OR p.id = $1) ORDER BY p.at, p.id
        """;

    /// <param name="released">Those too that were released; those whose release nothing proves are listed in any case.</param>
    public async Task<List<LegalHold>> ListAsync(bool released, CancellationToken cancel)
    {
        var found = await ReadAsync(id: null, cancel);
        return released ? found : found.FindAll(Keeps);
    }

    public async Task<LegalHold> PlaceAsync(string scope, string value, string reason, string by, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return (await AddAsync(new LegalHold($"hold-{Guid.CreateVersion7(now):n}", scope, value, reason, by, now, null, null, null, 0), HoldRow.Placed, reason, by, now, cancel))!;
    }

    /// <summary>Null when there is no such hold, or it was released before.</summary>
    public async Task<LegalHold?> ReleaseAsync(string id, string reason, string by, CancellationToken cancel)
    {
        var before = await CountAsync(id, cancel);
        return (await ReadAsync(id, cancel)).Find(Keeps) is { } hold ? await AddAsync(hold, HoldRow.Released, reason, by, clock.GetUtcNow(), cancel, before) : null;
    }

    private static bool Keeps(LegalHold hold) => hold.ReleasedAt is null || hold.Problem is not null;

    /// <param name="before">So many releases there were that do not count: one more meanwhile is somebody else's, and this one is not added.</param>
    private async Task<LegalHold?> AddAsync(LegalHold hold, string action, string reason, string by, DateTimeOffset at, CancellationToken cancel, long before = 0)
    {
        var row = new HoldRow(hold.Id, action, hold.Scope, hold.Value, reason, by, CanonicalEvent.Truncate(at));
        var signature = await row.SignAsync(log, cancel);
        await using (var connection = await database.OpenForAnswerAsync(cancel))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancel);
            await connection.LockAsync(Lock, cancel);
            await using var insert = new NpgsqlCommand(
                """
                INSERT INTO audit.holds (id, action, scope, value, reason, by, at, signature) SELECT $1, $2, $3, $4, $5, $6, $7, $8
                WHERE (SELECT count(*) FROM audit.holds WHERE id = $1 AND action = $2) = $9
                """, connection)
            {
                Parameters =
                {
                    new() { Value = row.Id }, new() { Value = row.Action }, new() { Value = row.Scope }, new() { Value = row.Value },
                    new() { Value = row.Reason }, new() { Value = row.By }, new() { Value = row.At }, new() { Value = signature }, new() { Value = before },
                },
            };
            if (await insert.ExecuteNonQueryAsync(cancel) == 0)
                return null;
            await transaction.CommitAsync(cancel);
        }

        return (await ReadAsync(hold.Id, cancel))[0];
    }

    private async Task<long> CountAsync(string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenForAnswerAsync(cancel);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM audit.holds WHERE id = $1 AND action = 'released'", connection) { Parameters = { new() { Value = id } } };
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    private async Task<List<LegalHold>> ReadAsync(string? id, CancellationToken cancel)
    {
        var holds = await RowsAsync(id, cancel);
        if (holds.TrueForAll(hold => hold.ReleasedAt is null))
            return holds;
        var released = await releases.ReadAsync(cancel);
        return holds.ConvertAll(hold => released.ProblemOf(hold.Id) is { OnItsWay: false } problem ? hold with { Problem = problem.Why } : hold);
    }

    private async Task<List<LegalHold>> RowsAsync(string? id, CancellationToken cancel)
    {
        await using var connection = await database.OpenForAnswerAsync(cancel);
        await using var command = new NpgsqlCommand(Select, connection) { Parameters = { new() { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text } } };
        var holds = new List<LegalHold>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
            holds.Add(new LegalHold(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetFieldValue<DateTimeOffset>(5),
                row.IsDBNull(6) ? null : row.GetString(6), row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7), row.IsDBNull(8) ? null : row.GetString(8), row.GetInt64(9)));
        return holds;
    }
}
