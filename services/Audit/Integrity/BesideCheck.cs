using Hoop.Audit.Chain;
using Hoop.Audit.Chain.Log;
using Hoop.Contracts.Audit;
using Npgsql;

namespace Hoop.Audit.Integrity;

/// <summary>What stands beside the events, held against them: recorded rows, the list of sessions, legal holds. And how many events were ever refused.</summary>
internal sealed class BesideCheck(NpgsqlConnection connection, EvidenceLog log, IReadOnlyDictionary<string, LoggedSession> logged, Findings findings, DateTimeOffset now)
{
    private const long MostBytes = 256 * 1024 * 1024;

    private readonly ContentsCheck contents = new(connection, logged, findings);
    private readonly StartsCheck starts = new(connection, findings);
    private readonly HoldsCheck holds = new(connection, log, logged, findings, now);

    public async Task TakeAsync(JournalEvent e, CancellationToken cancel)
    {
        await contents.TakeAsync(e, cancel);
        await starts.TakeAsync(e, cancel);
        holds.Take(e);
    }

    public async Task EndAsync(CancellationToken cancel)
    {
        await contents.EndAsync(MostBytes, (long)(now - DateTimeOffset.UnixEpoch).TotalDays, cancel);
        await starts.EndAsync(cancel);
        await holds.EndAsync(cancel);
        findings.Refused = await RefusedAsync(cancel);
    }

    private async Task<RefusedEvents> RefusedAsync(CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT n.count, coalesce(t.found_at > now() - interval '7 days', false), to_char(t.found_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), t.session_id, t.sequence, t.reason
            FROM (SELECT count(*) FROM audit.tampering) n LEFT JOIN (SELECT * FROM audit.tampering ORDER BY found_at DESC LIMIT 1) t ON true
            """, connection) { CommandTimeout = 0 };
        await using var row = await command.ExecuteReaderAsync(cancel);
        await row.ReadAsync(cancel);
        return new RefusedEvents(row.GetInt64(0), row.GetBoolean(1), row.IsDBNull(3) ? null : $"event {row.GetInt64(4)} of session {row.GetString(3)}, {(row.IsDBNull(2) ? "at no time" : row.GetString(2))}: {row.GetString(5)}");
    }
}
