using Hoop.Audit.Chain.Log;
using Hoop.Audit.Recordings;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Integrity;

/// <summary>
/// Recorded rows against the hashes that the sessions' chains have of them. Each row's own hash is compared every time; the bytes behind it, where the database has them, in portions:
/// a part of them at each check, all of them in as many checks as there are portions.
/// </summary>
/// <param name="logged">What the log says of each session.</param>
internal sealed class ContentsCheck(NpgsqlConnection connection, IReadOnlyDictionary<string, LoggedSession> logged, Findings findings)
{
    private const int AtOnce = 1000;

    private static readonly TimeSpan Beside = TimeSpan.FromHours(1);

    // LATERAL with bounds of time: each is looked for in its own partition alone.
    private static readonly string Kept = """
        SELECT k.n::int, c.hashes FROM unnest($1::text[], $2::bigint[], $3::timestamptz[]) WITH ORDINALITY AS k (session_id, number, at, n)
        CROSS JOIN LATERAL (SELECT array_agg(sha256) AS hashes FROM (
            SELECT sha256 FROM audit.contents c WHERE c.session_id = k.session_id AND c.number = k.number AND c.at BETWEEN k.at - interval '1 day' AND k.at + interval '1 day'
            UNION ALL SELECT sha256 FROM audit.contents_waiting w WHERE w.session_id = k.session_id AND w.number = k.number) s) c
        """;

    // CASE: the bytes of the other portions are not even fetched.
    private static readonly string Spoiled = """
        SELECT session_id, number FROM audit.contents
        WHERE CASE WHEN data IS NOT NULL AND (hashtextextended(session_id, number) & 9223372036854775807) % $1 = $2 THEN encode(sha256(data), 'hex') <> sha256 ELSE false END
        """;

    private readonly List<(JournalEvent Event, ContentReference Content)> named = new(AtOnce);

    public async Task TakeAsync(JournalEvent e, CancellationToken cancel)
    {
        if (ContentReference.Of(e) is not { } content)
            return;
        named.Add((e, content));
        if (named.Count == AtOnce)
            await CompareAsync(cancel);
    }

    /// <param name="mostBytes">About so many are hashed.</param>
    /// <param name="turn">Which check this is: the next one hashes the next portion.</param>
    public async Task EndAsync(long mostBytes, long turn, CancellationToken cancel)
    {
        await CompareAsync(cancel);
        await FindAsync("SELECT session_id, number FROM audit.contents GROUP BY session_id, number HAVING count(*) > 1", "are there more than once: rows were added", [], cancel);
        await using var size = new NpgsqlCommand("SELECT coalesce(sum(octet_length(data)), 0)::bigint FROM audit.contents", connection) { CommandTimeout = 0 };
        var portions = Math.Max(1, ((long)(await size.ExecuteScalarAsync(cancel))! + mostBytes - 1) / mostBytes);
        await FindAsync(Spoiled, "were changed: their bytes have not the hash that stands beside them", [portions, turn % portions], cancel);
    }

    private async Task CompareAsync(CancellationToken cancel)
    {
        if (named.Count == 0)
            return;
        await using (var command = new NpgsqlCommand(Kept, connection)
        {
            CommandTimeout = 0,
            Parameters =
            {
                new() { Value = named.Select(n => n.Event.SessionId).ToArray() }, new() { Value = named.Select(n => n.Content.Number).ToArray() },
                new() { Value = named.Select(n => n.Event.At.ToUniversalTime()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
            },
        })
        {
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
                Judge(named[reader.GetInt32(0) - 1], reader.IsDBNull(1) ? [] : reader.GetFieldValue<string[]>(1));
        }

        named.Clear();
    }

    private void Judge((JournalEvent Event, ContentReference Content) expected, string[] hashes)
    {
        var ((e, content), rows) = (expected, $"recorded rows {expected.Content.Number}");
        if (hashes.Length == 0 && !MayHaveLeft(e))
            findings.Add(e.SessionId, e.Sequence, $"{rows} were removed: event {e.Sequence} has their hash, and they are not there");
        else if (hashes.Any(h => h != content.Sha256))
            findings.Add(e.SessionId, e.Sequence, $"{rows} were changed or added: event {e.Sequence} has another hash for them");
    }

    /// <summary>Rows are kept right before the event that names them: when retention has dropped the week before, it may have taken them, and left the event.</summary>
    private bool MayHaveLeft(JournalEvent e) =>
        new DateTimeOffset(Week.Of(e.At) * 7 * TimeSpan.TicksPerDay, TimeSpan.Zero) + Beside > e.At
        && logged.GetValueOrDefault(e.SessionId)?.Entries.Any(entry => entry.Entry.Kind == LogEntry.Tombstone) == true;

    private async Task FindAsync(string sql, string what, long[] values, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            findings.Add(reader.GetString(0), null, $"recorded rows {reader.GetInt64(1)} {what}");
    }
}
