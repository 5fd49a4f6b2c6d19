using System.Text.Json;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Ingest;

/// <summary>Stores batches: one transaction each, idempotent on (session, sequence).</summary>
internal sealed class EventStore(AuditDatabase database, ILogger<EventStore> logger)
{
    public async Task<BatchVerdict> StoreAsync(RecordEvents batch, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        // A session's events all come from one Ingress: two instances of Audit must not check the same chain side by side.
        await connection.LockAsync(batch.IngressId, cancel);
        var verdict = BatchCheck.Check(batch.Events, await NeighboursAsync(connection, batch.Events, cancel));
        await InsertAsync(connection, batch.IngressId, verdict.Accepted, cancel);
        await KeepRefusedAsync(connection, batch.IngressId, verdict.Refused, cancel);
        foreach (var delta in SessionDelta.Of(verdict.Accepted))
            await SessionRow.ApplyAsync(connection, batch.IngressId, delta, cancel);
        await transaction.CommitAsync(cancel);

        foreach (var (e, reason) in verdict.Refused)
            logger.Tampering(e.SessionId, e.Sequence, batch.IngressId, reason);
        foreach (var e in verdict.Gaps)
            logger.Gap(e.SessionId, e.Sequence);
        return verdict;
    }

    internal static async Task InsertAsync(NpgsqlConnection connection, string ingress, IReadOnlyList<JournalEvent> events, CancellationToken cancel)
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
            await rows.WriteAsync(e.PreviousHash, NpgsqlDbType.Text, cancel);
            await rows.WriteAsync(e.Hash, NpgsqlDbType.Text, cancel);
            await rows.WriteAsync(ingress, NpgsqlDbType.Text, cancel);
        }

        await rows.CompleteAsync(cancel);
    }

    /// <summary>What is stored in the batch's places and right beside them.</summary>
    private static async Task<Dictionary<(string Session, long Sequence), StoredLink>> NeighboursAsync(
        NpgsqlConnection connection, IReadOnlyList<JournalEvent> events, CancellationToken cancel)
    {
        var ranges = events.Where(e => !e.SessionId.Contains('\0')).GroupBy(e => e.SessionId)
            .Select(s => (Id: s.Key, From: s.Min(e => e.Sequence) - 1, To: s.Max(e => e.Sequence) + 1)).ToList();
        await using var command = new NpgsqlCommand(
            """
            SELECT e.session_id, e.sequence, e.hash, e.previous_hash
            FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS r (id, first, last)
            JOIN audit.events e ON e.session_id = r.id AND e.sequence BETWEEN r.first AND r.last
            """, connection)
        {
            Parameters =
            {
                new() { Value = ranges.Select(r => r.Id).ToArray() },
                new() { Value = ranges.Select(r => r.From).ToArray() },
                new() { Value = ranges.Select(r => r.To).ToArray() },
            },
        };
        var stored = new Dictionary<(string, long), StoredLink>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            stored.Add((reader.GetString(0), reader.GetInt64(1)), new StoredLink(reader.GetString(2), reader.GetString(3)));
        return stored;
    }

    private static async Task KeepRefusedAsync(
        NpgsqlConnection connection, string ingress, IReadOnlyList<(JournalEvent Event, string Reason)> refused, CancellationToken cancel)
    {
        foreach (var (e, reason) in refused)
        {
            await using var command = new NpgsqlCommand(
                "INSERT INTO audit.tampering (session_id, sequence, hash, reason, event, ingress) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING", connection)
            {
                Parameters =
                {
                    new() { Value = Storable(e.SessionId) }, new() { Value = e.Sequence }, new() { Value = Storable(e.Hash) },
                    new() { Value = reason }, new() { Value = JsonSerializer.Serialize(e) }, new() { Value = ingress },
                },
            };
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    /// <summary>Fit for a column and its index; the event itself is kept whole beside it, as JSON.</summary>
    private static string Storable(string text) => (text.Length > 200 ? text[..200] : text).Replace('\0', '\uFFFD');
}
