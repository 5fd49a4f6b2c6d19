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
        await StoreAsync(connection, ingress, verdict, heads, cancel);

        foreach (var (e, reason) in verdict.Refused)
            logger.Tampering(e.SessionId, e.Sequence, ingress, reason);
        foreach (var e in verdict.Gaps)
            logger.Gap(e.SessionId, e.Sequence);
        return verdict;
    }

    /// <summary>To the commit: one round trip, for nearly every batch.</summary>
    private static async Task StoreAsync(NpgsqlConnection connection, string ingress, BatchVerdict verdict, IReadOnlyDictionary<string, SessionHead> heads, CancellationToken cancel)
    {
        var accepted = verdict.Accepted;
        List<NpgsqlBatchCommand> commands = [.. verdict.Refused.Select(r => Kept(ingress, r.Event, r.Reason))];
        if (accepted.Count > 0)
        {
            commands.AddRange([.. EventTable.Insert(ingress, accepted), EventFeed.Append(accepted), SessionRow.Apply(ingress, [.. accepted.Select(SessionDelta.Of)])]);
            var moved = accepted.ConvertAll(part => Moved(heads.GetValueOrDefault(part.Id) ?? SessionHead.Before(part.Id), part));
            if (moved.Exists(StillHasGap))
            {
                // What was stored before may follow what comes now, and that again: both are in the table first.
                await HeadTable.RunAsync(connection, commands, cancel);
                commands.Clear();
                for (var i = 0; i < moved.Count; i++)
                    if (StillHasGap(moved[i]))
                        moved[i] = (moved[i].Old, await EventTable.FollowAsync(connection, moved[i].New, cancel));
            }

            commands.Add(HeadTable.Move(moved));
        }

        await HeadTable.RunAsync(connection, [.. commands, new NpgsqlBatchCommand("COMMIT")], cancel);
    }

    private static (SessionHead Old, SessionHead New) Moved(SessionHead old, SessionPart part) => (old, old.With(part.Events));

    private static bool StillHasGap((SessionHead Old, SessionHead New) moved) => moved.Old.HasGap && moved.New.HasGap;

    private static NpgsqlBatchCommand Kept(string ingress, BatchedEvent e, string reason) => new(
        "INSERT INTO audit.tampering (session_id, sequence, hash, reason, event, ingress) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING")
    {
        Parameters =
        {
            new() { Value = Storable(e.SessionId) }, new() { Value = e.Sequence }, new() { Value = e.Hash.ToString() },
            new() { Value = reason }, new() { Value = JsonSerializer.Serialize(e.ToEvent()) }, new() { Value = ingress },
        },
    };

    /// <summary>Fit for a column and its index; the event itself is kept whole beside it, as JSON.</summary>
    private static string Storable(string text) => (text.Length > 200 ? text[..200] : text).Replace('\0', '\uFFFD');
}
