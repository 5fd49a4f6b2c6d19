using Hoop.Audit.Sessions;
using Hoop.Audit.Storage;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Hoop.Audit.Retention;

/// <summary><c>GET /api/retention</c>: how long events are kept, what is there, what keeps it, and what was dropped with which tombstone.</summary>
internal static class RetentionApi
{
    public static void MapRetention(this WebApplication app)
    {
        app.MapHolds();
        app.MapGet("/api/retention", ShowAsync).RequireAuthorization(HoopPolicies.Principal);
    }

    private static async Task<Results<Ok<RetentionState>, ProblemHttpResult>> ShowAsync(HttpContext context, AuditDatabase database, ReleaseProofs releases, SessionRights rights, CancellationToken cancel)
    {
        var caller = context.GetPrincipal()!;
        if (!rights.SeesAll(caller) && !rights.MayHold(caller))
            return Problems.Of(StatusCodes.Status403Forbidden, "may-not-see-retention", "What is kept is shown to roles in access.viewSessions or access.holdSessions of hoop.yaml.");
        var released = await releases.ReadAsync(cancel);
        await using var connection = await database.OpenForAnswerAsync(cancel);
        await using var keep = new NpgsqlCommand("SELECT (extract(epoch FROM keep) / 86400)::int FROM audit.retention", connection);
        return TypedResults.Ok(new RetentionState(await keep.ExecuteScalarAsync(cancel) as int?, await KeptAsync(connection, released.Proved, cancel), await DroppedAsync(connection, cancel)));
    }

    private static async Task<List<KeptPartition>> KeptAsync(NpgsqlConnection connection, string[] released, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT p.name, p.first, p.until, coalesce(p.until <= now() - r.keep, false) AS due, audit.hold_on(p.name, $1)
            FROM audit.partitions p, audit.retention r ORDER BY p.first
            """, connection) { Parameters = { new() { Value = released } } };
        var kept = new List<KeptPartition>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
            kept.Add(new KeptPartition(row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), row.GetFieldValue<DateTimeOffset>(2), row.GetBoolean(3), row.IsDBNull(4) ? null : row.GetString(4)));
        return kept;
    }

    /// <summary>The last tombstone of each: one that was made for a drop that did not come is followed by another, or its partition is still there.</summary>
    private static async Task<List<DroppedPartition>> DroppedAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT DISTINCT ON (t.partition) t.partition, t.index, t.events, t.sessions, t.at FROM audit.tombstones t
            WHERE NOT EXISTS (SELECT FROM audit.partitions p WHERE p.name = t.partition) ORDER BY t.partition, t.index DESC
            """, connection);
        var dropped = new List<DroppedPartition>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
            dropped.Add(new DroppedPartition(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetFieldValue<DateTimeOffset>(4)));
        return dropped;
    }
}

/// <param name="KeepDays">Null: events are kept for ever.</param>
internal sealed record RetentionState(int? KeepDays, IReadOnlyList<KeptPartition> Kept, IReadOnlyList<DroppedPartition> Dropped);

/// <param name="Due">Older than the retention: the next round drops it, unless a hold keeps it.</param>
/// <param name="Hold">The legal hold that does; null when none does.</param>
internal sealed record KeptPartition(string Name, DateTimeOffset From, DateTimeOffset Until, bool Due, string? Hold);

/// <param name="Tombstone">Index of its leaf in the log.</param>
internal sealed record DroppedPartition(string Name, long Tombstone, long Events, long Sessions, DateTimeOffset At);
