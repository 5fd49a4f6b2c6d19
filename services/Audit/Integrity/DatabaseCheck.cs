using System.Data;
using Hoop.Audit.Chain;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Log;
using Hoop.Audit.Ingest;
using Hoop.Audit.Storage;
using Npgsql;

namespace Hoop.Audit.Integrity;

/// <summary>
/// Reads all evidence once, from one look at the database, and holds it against itself: every event's hash and place in its chain, the heads, every leaf, node and
/// signed head of the log, what the log says of each session, and what stands beside the events. Who changed the database below the service is found, and where.
/// </summary>
internal sealed class DatabaseCheck(AuditDatabase database, EvidenceLog log, IEvidenceSigner signer, TimeProvider clock)
{
    private const int Step = 100_000;

    /// <param name="progress">Is told from time to time how many events were read.</param>
    public async Task<IntegrityReport> RunAsync(Func<long, Task>? progress, CancellationToken cancel)
    {
        var findings = new Findings();
        try
        {
            await ReadAsync(findings, progress, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException && !cancel.IsCancellationRequested)
        {
            // Whatever stops the check must not look like one that found nothing.
            findings.Stop(e.Message);
        }

        return findings.Report(clock.GetUtcNow());
    }

    private async Task ReadAsync(Findings findings, Func<long, Task>? progress, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
        var walk = await LogCheck.RunAsync(connection, log.Origin, new KeyRing(signer.PublicKey, signer.FormerKeys), findings, cancel);
        findings.LogSize = walk.Size;
        var heads = await HeadsAsync(connection, findings, cancel);
        var unseen = walk.Sessions.Keys.ToHashSet();
        await using var second = await database.OpenAsync(cancel);
        await using var same = await SameLookAsync(connection, second, cancel);
        var beside = new BesideCheck(second, log, walk.Sessions, findings, clock.GetUtcNow());
        await foreach (var session in SessionsAsync(connection, progress, beside, findings, cancel))
        {
            unseen.Remove(session.Session);
            heads.Remove(session.Session, out var head);
            Judge(session, head, walk.Sessions.GetValueOrDefault(session.Session), findings);
        }

        foreach (var id in unseen)
            Judge(new StoredSession(id), heads.Remove(id, out var head) ? head : null, walk.Sessions[id], findings);
        foreach (var id in heads.Keys)
            findings.Add(id, null, "its head says that there are events, and there are none");
        await beside.EndAsync(cancel);
    }

    /// <summary>What stands beside the events is looked up while they are read, on a connection that sees the same.</summary>
    private static async Task<NpgsqlTransaction> SameLookAsync(NpgsqlConnection connection, NpgsqlConnection second, CancellationToken cancel)
    {
        await using var export = new NpgsqlCommand("SELECT pg_export_snapshot()", connection);
        var snapshot = (string)(await export.ExecuteScalarAsync(cancel))!;
        var transaction = await second.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
        await using var same = new NpgsqlCommand($"SET TRANSACTION SNAPSHOT '{snapshot}'", second);
        await same.ExecuteNonQueryAsync(cancel);
        return transaction;
    }

    private static void Judge(StoredSession session, KnownHead? head, LoggedSession? logged, Findings findings)
    {
        if (session.FirstProblem(logged, head?.Head.Sequence ?? -1) is { } problem)
            findings.Add(session.Session, problem.Sequence, problem.Message);
        else if (head is null && session.Events > 0)
            findings.Add(session.Session, null, "it was added: there are events, and no head of a session knows of them");
        else if (head is not null && !head.Fits(session, logged))
            findings.Add(session.Session, head.Head.Sequence, "its head was changed: it does not say where the events stand");
        if (session.Contiguous < session.LastSequence)
            findings.Incomplete++;
    }

    private static async Task<Dictionary<string, KnownHead>> HeadsAsync(NpgsqlConnection connection, Findings findings, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT session_id, first_at, last_at, events, last_sequence, sequence, hash, to_log FROM audit.heads", connection) { CommandTimeout = 0 };
        var heads = new Dictionary<string, KnownHead>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            if (findings.Read(() => new KnownHead(HeadTable.Read(reader), reader.GetBoolean(7)), reader.GetString(0), null, "its head") is { } head)
                heads[head.Head.SessionId] = head;
        return heads;
    }

    private static async IAsyncEnumerable<StoredSession> SessionsAsync(
        NpgsqlConnection connection, Func<long, Task>? progress, BesideCheck beside, Findings findings, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT {EventChunk.Columns}, {EventChunk.IsWhole} FROM audit.event_chunks c ORDER BY c.session_id, c.sequence", connection) { CommandTimeout = 0 };
        StoredSession? session = null;
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            var (id, sequence) = (reader.GetString(0), reader.GetInt64(1));
            if (session is not null && session.Session != id)
                yield return session;
            if (session?.Session != id)
            {
                session = new StoredSession(id);
                findings.Sessions++;
            }

            if (!reader.GetBoolean(7))
                findings.Add(id, sequence, $"the row that begins with event {sequence} can not be read: it is not as Hoop writes one");
            else if (findings.Read(() => EventChunk.Read(reader), id, sequence, $"the row that begins with event {sequence}") is { } chunk)
                foreach (var e in chunk.Events())
                {
                    session.Add(e);
                    await beside.TakeAsync(e, cancel);
                    if (++findings.Events % Step == 0 && progress is not null)
                        await progress(findings.Events);
                }
        }

        if (session is not null)
            yield return session;
    }
}

/// <param name="ToLog">It moved since it was logged.</param>
internal sealed record KnownHead(SessionHead Head, bool ToLog)
{
    /// <summary>Whether it says where the session's events stand; of a session whose beginning was dropped it remembers more than there is.</summary>
    public bool Fits(StoredSession session, LoggedSession? logged)
    {
        var (entries, untouched) = (logged?.Entries ?? [], logged?.Entries.All(e => e.Entry.Kind == LogEntry.Head) ?? true);
        return Head.LastSequence == Math.Max(session.LastSequence, session.Contiguous)
            && (untouched ? Head.Events == session.Events : Head.Events >= session.Events)
            && Head.Sequence == session.Contiguous && Head.Hash == session.ContiguousHash
            && (session.Events == 0 || Head.FirstAt <= session.FirstAt && Head.LastAt >= session.LastAt)
            && (ToLog || entries.Any(e => e.Entry.Sequence == Head.Sequence) || Head.Sequence < 0);
    }
}
