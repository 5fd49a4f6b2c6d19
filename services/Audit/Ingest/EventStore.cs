using System.Text.Json;
using Hoop.Audit.Chain;
using Hoop.Audit.Feed;
using Hoop.Audit.Recordings;
using Hoop.Audit.Storage;
using Npgsql;

namespace Hoop.Audit.Ingest;

/// <summary>Stores batches: one transaction each, idempotent on (session, sequence).</summary>
internal sealed class EventStore(AuditDatabase database, EventPartitions partitions, ContentStore contents, ILogger<EventStore> logger)
{
    private const int Attempts = 5;

    public async Task<BatchVerdict> StoreAsync(string ingress, IReadOnlyList<BatchedEvent> events, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StoreOnceAsync(ingress, events, cancel);
            }
            catch (ConcurrentIngestException) when (attempt < Attempts)
            {
                // What the other one stored is seen now.
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.CheckViolation && attempt < Attempts)
            {
                // Retention dropped a partition that this instance thought it had.
                partitions.Forget();
            }
        }
    }

    private async Task<BatchVerdict> StoreOnceAsync(string ingress, IReadOnlyList<BatchedEvent> events, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await partitions.EnsureAsync(connection, events, cancel);
        var (rows, broken, rest) = RecordedContent.Split(events);
        var batch = SessionPart.Of(rest);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        // A session's events all come from one Ingress: two instances of Audit do not work on the same chain side by side.
        var heads = await HeadTable.LoadUnderLockAsync(connection, ingress, [.. batch.Select(s => s.Id).Where(id => !id.Contains('\0'))], cancel);
        var verdict = BatchCheck.Check(batch, await EventTable.NeighboursAsync(connection, batch, heads, cancel));
        verdict.Refused.AddRange(broken.Select(e => (e, "its content does not match its hash")));
        await ContentTable.InsertAsync(connection, rows, contents.UsesObjects, cancel);
        await EventTable.InsertAsync(connection, ingress, verdict.Accepted, cancel);
        await KeepRefusedAsync(connection, ingress, verdict.Refused, cancel);
        await HeadTable.SaveAsync(
            connection, await MovedAsync(connection, verdict.Accepted, heads, cancel), cancel, EventFeed.Append(verdict.Accepted), SessionRow.Apply(ingress, [.. verdict.Accepted.Select(SessionDelta.Of)]));
        await transaction.CommitAsync(cancel);

        foreach (var (e, reason) in verdict.Refused)
            logger.Tampering(e.SessionId, e.Sequence, ingress, reason);
        foreach (var e in verdict.Gaps)
            logger.Gap(e.SessionId, e.Sequence);
        return verdict;
    }

    private static async Task<List<(SessionHead Old, SessionHead New)>> MovedAsync(
        NpgsqlConnection connection, IReadOnlyList<SessionPart> accepted, IReadOnlyDictionary<string, SessionHead> heads, CancellationToken cancel)
    {
        var moved = new List<(SessionHead Old, SessionHead New)>(accepted.Count);
        foreach (var part in accepted)
        {
            var old = heads.GetValueOrDefault(part.Id) ?? SessionHead.Before(part.Id);
            var head = old.With(part.Events);
            moved.Add((old, old.HasGap && head.HasGap ? await EventTable.FollowAsync(connection, head, cancel) : head));
        }

        return moved;
    }

    private static async Task KeepRefusedAsync(
        NpgsqlConnection connection, string ingress, IReadOnlyList<(BatchedEvent Event, string Reason)> refused, CancellationToken cancel)
    {
        foreach (var (e, reason) in refused)
        {
            await using var command = new NpgsqlCommand(
                "INSERT INTO audit.tampering (session_id, sequence, hash, reason, event, ingress) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING", connection)
            {
                Parameters =
                {
                    new() { Value = Storable(e.SessionId) }, new() { Value = e.Sequence }, new() { Value = Storable(e.Hash.ToString()) },
                    new() { Value = reason }, new() { Value = JsonSerializer.Serialize(e.ToEvent()) }, new() { Value = ingress },
                },
            };
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    /// <summary>Fit for a column and its index; the event itself is kept whole beside it, as JSON.</summary>
    private static string Storable(string text) => (text.Length > 200 ? text[..200] : text).Replace('\0', '\uFFFD');
}
