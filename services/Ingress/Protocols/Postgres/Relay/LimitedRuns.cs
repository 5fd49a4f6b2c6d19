using System.Buffers;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>
/// Runs an operation that may touch only so many rows: nothing of the client's follows it to the server until its rows are
/// counted, and whatever it did over its limit is rolled back. A simple query that would commit by itself runs in a transaction of ours.
/// </summary>
internal sealed class LimitedRuns(RelaySession session, OwnQueries own)
{
    private const int RollbackAttempts = 3;

    private Run? current;

    private sealed class Run(RunningOperation operation, bool isQuery, Action send)
    {
        public RunningOperation Operation { get; } = operation;
        public RowLimit Limit { get; } = operation.Limit!;
        public bool IsQuery { get; } = isQuery;

        /// <summary>Writes the client's request.</summary>
        public Action Send { get; } = send;

        public bool IsSent { get; set; }
        public bool IsCancelled { get; set; }

        /// <summary>It runs in a transaction that the client does not know of.</summary>
        public bool InOurTransaction { get; set; }

        /// <summary>Rows the transaction had changed before.</summary>
        public long? ChangedBefore { get; set; }
    }

    /// <summary>The request is sent, and its rows are counted, by <see cref="SettleAsync"/>.</summary>
    public void Start(RunningOperation operation, bool isQuery, Action send)
    {
        operation.Limit!.Continue();
        current = new Run(operation, isQuery, send);
        session.Limited = operation;
    }

    /// <summary>Takes a limited run as far as it goes: to its end, or to where the server waits for the client's copy data.</summary>
    /// <param name="open">Extended requests were sent since the last Sync.</param>
    public async ValueTask SettleAsync(bool open, CancellationToken cancel)
    {
        if (current is not { } run) return;
        if (!run.IsSent && !await TrySendAsync(run, open, cancel) || !await AnsweredAsync(run, cancel)) return;
        (current, session.Limited) = (null, null);
        if (run.IsQuery) await FinishQueryAsync(run, cancel);
        else await FinishExecuteAsync(run, cancel);
        session.Record();
    }

    private async ValueTask<bool> TrySendAsync(Run run, bool open, CancellationToken cancel)
    {
        run.IsSent = true;
        // Pipelined requests may have opened or ended a transaction.
        await own.DrainAsync(open, cancel);
        var idle = session.TransactionStatus == ReadyForQuery.Idle;
        bool skipping;
        lock (session.Lock) skipping = session.Replies.Skipping;
        if (!skipping && run.IsQuery && idle && run.Limit.MayWrite && !await TryBeginAsync(run, cancel)) return false;
        if (!skipping && !run.IsQuery && idle && RowLimitedStatements.MayCommit(run.Operation.Analysis))
        {
            (current, session.Limited) = (null, null);
            Refuse(run.Operation, MayCommitByItself(run.Operation.Permit));
            return false;
        }

        if (!skipping && run.Limit.HidesChanges && session.TransactionStatus != ReadyForQuery.Failed)
            run.ChangedBefore = await own.ChangedRowsAsync(open: !run.IsQuery, cancel);
        run.Send();
        return true;
    }

    private async ValueTask<bool> TryBeginAsync(Run run, CancellationToken cancel)
    {
        var begin = await own.RunAsync("begin", run.Operation, cancel);
        run.InOurTransaction = begin.Ran;
        if (begin.Ran) return true;
        (current, session.Limited) = (null, null);
        Tell(run, begin.Error, begin.Status);
        return false;
    }

    /// <returns>False: the client's copy data comes first.</returns>
    private async ValueTask<bool> AnsweredAsync(Run run, CancellationToken cancel)
    {
        var limit = run.Limit;
        while (!limit.Answered.IsCompleted)
        {
            lock (session.Lock)
            {
                if (session.Replies.CopyIsOpen) return false;
            }

            if (!run.IsQuery) session.Upstream.Output.WriteEmpty(FrontendType.Flush);
            await session.Upstream.Output.FlushAsync(cancel);
            List<Task> signals = [limit.Answered];
            if (!limit.Copying.IsCompleted) signals.Add(limit.Copying);
            if (!run.IsCancelled) signals.Add(limit.Reached);
            await Task.WhenAny(signals).WaitAsync(cancel);
            if (limit.Reached.IsCompleted && !run.IsCancelled) await CancelAsync(run, cancel);
        }

        return true;
    }

    // The rest of the rows would be computed and thrown away. The signal has arrived when this returns, so it hits nothing that comes after.
    private async ValueTask CancelAsync(Run run, CancellationToken cancel)
    {
        run.IsCancelled = true;
        if (run.Limit.Answered.IsCompleted || session.Upstream.Key is not { } key) return;
        try
        {
            await PostgresUpstream.CancelAsync(session.Services.Dialer, session.Gate.Target, key, cancel);
        }
        catch (Exception e) when (e is TargetUnavailableException or IOException)
        {
            session.Services.Logger.CancelFailed(session.Gate.Target.Name, e.Message);
        }
    }

    private async ValueTask FinishQueryAsync(Run run, CancellationToken cancel)
    {
        var status = run.Limit.Status;
        // Its connection is gone, or an earlier request of its pipeline failed.
        if (run.Operation.Ended) return;
        var refusal = run.Limit.Told ? null : await RefusalAsync(run, cancel);
        if (run.InOurTransaction)
        {
            await EndOurTransactionAsync(run, refusal, cancel);
        }
        else
        {
            if (refusal is not null && status == ReadyForQuery.InTransaction) status = (await own.RunAsync("hoop refused this statement", null, cancel)).Status;
            Tell(run, refusal, status);
        }
    }

    private async ValueTask EndOurTransactionAsync(Run run, Refusal? refusal, CancellationToken cancel)
    {
        if (!run.Limit.Told && refusal is null)
        {
            var commit = await own.RunAsync("commit", run.Operation, cancel);
            if (commit is { Ran: true, Tag: "COMMIT" })
            {
                Tell(run, (PostgresDiagnostic?)null, commit.Status);
                return;
            }

            var error = commit.Error ?? PostgresDiagnostic.Create("ERROR", "40000", "the statement could not be committed");
            Tell(run, error, await RollbackAsync(commit.Status, cancel));
            return;
        }

        Tell(run, refusal, await RollbackAsync(ReadyForQuery.InTransaction, cancel));
    }

    // A late cancel of the client's may hit it.
    private async ValueTask<byte> RollbackAsync(byte status, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < RollbackAttempts && status != ReadyForQuery.Idle; attempt++)
            status = (await own.RunAsync("rollback", null, cancel)).Status;
        return status == ReadyForQuery.Idle
            ? status
            : throw new PostgresRefusedException(PostgresDiagnostic.Create("FATAL", "40000", "the statement could not be rolled back, so the connection ends", hint: "Connect again."), "rollback failed");
    }

    private async ValueTask FinishExecuteAsync(Run run, CancellationToken cancel)
    {
        if (run.Operation.Ended) return;
        if (await RefusalAsync(run, cancel) is { } refusal)
        {
            Refuse(run.Operation, refusal);
            return;
        }

        var last = run.Limit.Withheld;
        // Suspended: it goes on with the client's next Execute.
        if (last.IsEmpty) return;
        session.Say(output => output.Write(last.Span));
        lock (session.Lock) session.End(run.Operation);
    }

    // Something that fails in its place: the server then skips to Sync and rolls back by itself, as after any error.
    private void Refuse(RunningOperation operation, Refusal refusal)
    {
        lock (session.Lock)
        {
            Execute.Write(session.Upstream.Output, session.NoPortal);
            session.Replies.Enqueue(new PendingReply(ReplyKind.Execute) { Instead = refusal, Operation = operation });
        }
    }

    /// <returns>Null when it kept its limit.</returns>
    private async ValueTask<Refusal?> RefusalAsync(Run run, CancellationToken cancel)
    {
        var (limit, rows) = (run.Limit, run.Operation.Rows);
        if (limit.Exceeded || limit.InParts) return limit.Refusal(rows);
        if (!limit.HidesChanges) return null;
        if (await own.ChangedRowsAsync(open: !run.IsQuery, cancel) is not { } after || run.ChangedBefore is not { } before) return limit.Refusal(null);
        lock (session.Lock) run.Operation.Rows = rows = Math.Max(rows, after - before);
        if (rows <= limit.Most) return null;
        return limit.Refusal(rows);
    }

    private void Tell(Run run, Refusal? refusal, byte status) => Tell(run, refusal is null ? null : PostgresVoice.Refused(refusal), status);

    /// <summary>The end of a simple query, as the client shall see it.</summary>
    private void Tell(Run run, PostgresDiagnostic? error, byte status)
    {
        var (operation, limit) = (run.Operation, run.Limit);
        if (operation.Granted?.Cut is { } cut && error?.SqlState == RevokedRuns.Cancelled) error = PostgresVoice.Refused(cut);
        lock (session.Lock)
        {
            if (error is not null) operation.Failed($"{error.SqlState}: {error.Message}");
            session.Ready(status);
            session.End(operation);
        }

        session.Record();
        session.Say(output =>
        {
            if (error is not null) error.Write(output, BackendType.ErrorResponse);
            else if (!limit.Told) output.Write(limit.Withheld.Span);
            ReadyForQuery.Write(output, status);
        });
    }

    private static Refusal MayCommitByItself(Permit permit) => new(
        RefusalCode.RowLimit, permit.Rules.Count > 0 ? permit.Rules[0] : null, "a row limit applies, and CALL and DO may commit by themselves outside of a transaction",
        "What they committed could not be rolled back.", "Send BEGIN first, or send the statement by the simple protocol.", permit.RequestId);
}
