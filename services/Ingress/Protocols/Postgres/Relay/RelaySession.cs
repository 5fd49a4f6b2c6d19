using System.Buffers;
using System.Security.Cryptography;
using Hoop.Ingress.Catalog;
using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Protocols.Postgres.Results;
using Hoop.Ingress.Protocols.Postgres.Startup;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>What both pumps of a session know. Everything that changes is read and written under <see cref="Lock"/>.</summary>
internal sealed class RelaySession
{
    /// <summary>Messages of our own that the client has not taken: it is not read while there are as many.</summary>
    private const int MostNotes = 64;

    private readonly Queue<byte[]> notes = [];
    private Permit? mayHaveOpened; // cursors that nobody sees, in functions: the one that may touch the fewest rows
    private bool looking;
    private bool cancelAsked;
    private bool abandoned;
    private TaskCompletionSource? heard;
    private List<(Permit Permit, OperationResult Result)> ended = [];
    private List<(Permit Permit, OperationResult Result)>? recorded;
    private readonly HashSet<RunningOperation> suspended = [];
    private ResultShapes? recordedResults;
    private TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RelaySession(IGateSession gate, ClientConnection client, PostgresUpstream upstream, PostgresServices services)
    {
        (Gate, Client, Upstream, Services) = (gate, client, upstream, services);
        upstream.Output = new DurableOutput(upstream.Output, gate);
        Replies = new PostgresReplyQueue(Skipped);
        foreach (var parameter in upstream.Parameters) Text.Apply(parameter.Name, parameter.Value);
    }

    public Lock Lock { get; } = new();
    public IGateSession Gate { get; }
    public ClientConnection Client { get; }
    public PostgresUpstream Upstream { get; }
    public PostgresServices Services { get; }

    public PostgresReplyQueue Replies { get; }
    public PostgresNames<PreparedStatement> Statements { get; } = new();
    public PostgresNames<Portal> Portals { get; } = new();
    public TextSettings Text { get; } = new();
    public OwnTables OwnTables { get; } = new();

    /// <summary>The client asked for replication: what is sent passes names and rows by.</summary>
    public bool Replicates { get; init; }

    /// <summary>For each message of it, either way.</summary>
    /// <exception cref="PostgresRefusedException">The policy changed since the log-in, or since the stream began.</exception>
    public void StillReplicates()
    {
        if (Replicates && !Gate.PassesEverything) throw new PostgresRefusedException(PostgresVoice.NoReplication, "replication that is not allowed any more");
    }

    /// <summary>Of statements and names, for the client's pump alone.</summary>
    public RecentTexts Texts { get; } = new();

    /// <summary>Of the server's, for its pump alone.</summary>
    public ResultShapes Results { get; } = new();

    /// <summary>The same for the record, whose masks are others.</summary>
    public ResultShapes RecordedResults => recordedResults ??= new();

    /// <summary>As the last ReadyForQuery said.</summary>
    public byte TransactionStatus { get; private set; } = ReadyForQuery.Idle;

    public DateTimeOffset? TransactionStartedAt { get; private set; }

    /// <summary>The client began a transaction, and nothing was sent since that could end it.</summary>
    public bool IsSurelyInTransaction
    {
        get
        {
            if (TransactionStatus != ReadyForQuery.InTransaction) return false;
            lock (Lock) return TransactionStatus == ReadyForQuery.InTransaction && !Replies.HasRuns;
        }
    }

    /// <summary>A portal of this name never exists: executing it fails, which is how a refused Execute keeps its place in line.</summary>
    public string NoPortal { get; } = "hoop-refused-" + RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>While a statement waits for approval: the client sent a CancelRequest, or an earlier request of its pipeline failed.</summary>
    public Task Cancelled => cancelled.Task;

    /// <summary>A cancel of Hoop's own is on its way until this ends, and would hit whatever the server is given next. Set under <see cref="Lock"/>.</summary>
    public Task Cutting { get; set; } = Task.CompletedTask;

    /// <summary>Stops what runs on a window that is taken back.</summary>
    public RevokedRuns Revoked => field ??= new RevokedRuns(this);

    /// <summary>Who changes the target's names, and who counts on them.</summary>
    public NameClaims Claims => field ??= Services.Catalog.Claims(Gate.Target);

    public NamesInUse NamesInUse => field ??= new NamesInUse(this);

    /// <summary>True while a statement waits for approval.</summary>
    public bool Holding { get; private set; }

    /// <summary>Set while its transaction changes names for others, too.</summary>
    public NameClaims.Change? NamesChange { get; private set; }

    /// <summary>The server's side is at its end.</summary>
    public TaskCompletionSource ServerEnded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The gateway is stopping.</summary>
    public bool Stopping { get; set; }

    /// <summary>The client has taken its leave, or is gone: that its target closes then is no news to it, and drivers take an error on a closed connection for a failure.</summary>
    public bool ClientLeft { get; set; }

    /// <summary>The operation whose rows are being counted; it may not be in the queue.</summary>
    public RunningOperation? Limited { get; set; }

    /// <summary>Under the lock: the client's pump has something to do, whatever the client sends.</summary>
    public bool WakesClientPump { get; set; }

    /// <summary>Once set, the server's pump writes what there is to say and stops.</summary>
    public bool Closing { get; private set; }

    public void BeginHold()
    {
        lock (Lock)
        {
            Holding = true;
            cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (Replies.Skipping || cancelAsked) cancelled.TrySetResult();
        }
    }

    public void EndHold()
    {
        lock (Lock) Holding = false;
    }

    /// <summary>A statement is looked at, which takes its time: what it is asked to do meanwhile is for it, not for the target.</summary>
    public void BeginLook()
    {
        lock (Lock) (looking, cancelAsked) = (true, false);
    }

    public void EndLook()
    {
        lock (Lock) (looking, cancelAsked) = (false, false);
    }

    /// <summary>The client cancelled the statement that is being looked at.</summary>
    public bool IsCancelAsked
    {
        get
        {
            lock (Lock) return cancelAsked;
        }
    }

    /// <summary>A CancelRequest with this session's secret arrived. True: it was for a statement that waits or is still looked at, the target needs no cancel.</summary>
    public bool TryCancel()
    {
        lock (Lock)
        {
            if (Holding) cancelled.TrySetResult();
            else if (looking && Replies.Running is null) cancelAsked = true;
            else return false;
            return true;
        }
    }

    /// <summary>Under the lock: a statement that waits for approval behind one that failed will not run.</summary>
    public void CancelHold()
    {
        if (Holding) cancelled.TrySetResult();
    }

    /// <summary>Has the server's pump, the only writer to the client, say something at the next message boundary.</summary>
    public void Say(Action<IBufferWriter<byte>> write, bool close = false)
    {
        var message = new ArrayBufferWriter<byte>(256);
        write(message);
        lock (Lock)
        {
            notes.Enqueue(message.WrittenSpan.ToArray());
            Closing |= close;
        }

        Upstream.Input.CancelPendingRead();
    }

    /// <summary>Under the lock.</summary>
    public bool TryTakeNote(out byte[] note)
    {
        if (notes.TryDequeue(out note!)) return true;
        heard?.TrySetResult();
        heard = null;
        return false;
    }

    /// <summary>More waits for the target's answer, or for the client to take ours, than may. Read without the lock: a bound need not be exact.</summary>
    public bool IsBehind => notes.Count >= MostNotes || Replies.IsFull;

    /// <summary>Completes when the client has taken what we said.</summary>
    public Task HeardAsync()
    {
        lock (Lock)
        {
            return notes.Count < MostNotes ? Task.CompletedTask : (heard ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Under the lock.</summary>
    public void Ready(byte status)
    {
        if (status == ReadyForQuery.Idle)
        {
            TransactionStartedAt = null;
            EndNamesChange();
            // Portals end with their transaction; a cursor may be WITH HOLD, and a wrong name only fails at the server.
            Portals.RemoveWhere(static portal => !portal.IsCursor);
            if (suspended.Count > 0) EndSuspended();
        }
        else if (TransactionStatus == ReadyForQuery.Idle)
        {
            TransactionStartedAt = Services.Clock.GetUtcNow();
        }

        TransactionStatus = status;
    }

    /// <summary>Under the lock: the operation is over; it is recorded once the lock is free.</summary>
    public void End(RunningOperation operation)
    {
        if (operation.Ended) return;
        operation.Ended = true;
        suspended.Remove(operation);
        operation.EndRecording();
        // Never waits for whoever is hearing of it now: they may wait for the lock.
        operation.Granted?.Watch.Unregister();
        if (!abandoned) NamesInUse.End(operation);
        ended.Add((operation.Permit, operation.Result(Services.Clock.GetElapsedTime(operation.StartedAt))));
    }

    private void EndSuspended()
    {
        foreach (var operation in suspended) End(operation);
        suspended.Clear();
    }

    /// <summary>Under the lock, after an answer: what nothing on its way can commit stays as it is, and unseen.</summary>
    public void RestNamesChange()
    {
        if (NamesChange is { } change && TransactionStatus != ReadyForQuery.Idle && !Replies.HasRuns) change.MayCommit = false;
    }

    /// <returns>False: it has begun already.</returns>
    public bool BeginNamesChange()
    {
        lock (Lock)
        {
            if (NamesChange is not null) return false;
            NamesChange = Claims.Begin(this);
            return true;
        }
    }

    public void EndNamesChange()
    {
        lock (Lock)
        {
            NamesChange?.Dispose();
            NamesChange = null;
        }
    }

    /// <summary>Under the lock: more of its rows may be asked for.</summary>
    public void Suspend(RunningOperation operation) => suspended.Add(operation);

    /// <summary>Outside the lock: hands what ended to the Gate.</summary>
    public void Record()
    {
        if (ended.Count == 0) return;
        List<(Permit Permit, OperationResult Result)> batch;
        lock (Lock)
        {
            batch = ended;
            (ended, recorded) = (recorded ?? [], null);
        }

        foreach (var (permit, result) in batch) Gate.Complete(permit, result);
        batch.Clear();
        // The list serves again, unless a burst made it large.
        if (batch.Capacity <= 64) recorded = batch;
    }

    /// <summary>No more answers come. What the server makes of the requests nobody will know.</summary>
    public void AbandonReplies()
    {
        lock (Lock)
        {
            abandoned = true;
            Replies.Abandon();
        }
    }

    /// <summary>Ends whatever still runs, when the connection to the target is gone.</summary>
    public void Abandon(string cause)
    {
        lock (Lock)
        {
            foreach (var operation in suspended) End(operation);
            if (Replies.Running is { Ended: false } running) running.Failed(cause);
            AbandonReplies();
            EndNamesChange();
            if (Limited is { Ended: false } limited)
            {
                limited.Failed(cause);
                End(limited);
            }
        }

        Record();
    }

    /// <summary>Under the lock: the request failed at the server.</summary>
    public void Failed(in PendingReply reply) => Skipped(reply);

    /// <summary>FETCH was decided on when its cursor was declared.</summary>
    public Permit WithCursors(Permit permit, SqlAnalysis analysis)
    {
        if (permit.MaxRows is null && !analysis.Has(static statement => statement.Command.Kind == SqlCommandKind.Fetch)) return permit;
        lock (Lock)
        {
            for (var i = 0; i < analysis.Statements.Count; i++)
            {
                var statement = analysis.Statements[i];
                if (statement.Command is { Kind: SqlCommandKind.Fetch, Name: { } name })
                    permit = (Portals.Confirmed(name) is { } portal ? portal.Declared ?? portal.Running?.Permit : mayHaveOpened) is { } opener ? permit.RowsOf(opener) : permit;
                else if (permit.MaxRows is { } most && (statement.Facts.Effects & RowLimitedStatements.Unseen) != 0 && !(mayHaveOpened?.MaxRows <= most))
                    mayHaveOpened = permit;
            }
        }

        return permit;
    }

    /// <summary>Under the lock: the statement ran; the session's names follow.</summary>
    /// <param name="moved">What it names may have become another meanwhile.</param>
    public void Apply(SqlStatement statement, Permit permit, bool moved)
    {
        var command = statement.Command;
        switch (command.Kind)
        {
            case SqlCommandKind.Prepare when command.Name is { } name:
                Statements.Confirm(name, new PreparedStatement(name, statement.Text, [], wrapped: true));
                break;
            case SqlCommandKind.Deallocate when command.Name is { } name: Statements.Confirm(name, null); break;
            case SqlCommandKind.Deallocate: Statements.Clear(); break;
            case SqlCommandKind.Declare when command.Name is { } name:
                Portals.Confirm(name, new Portal(name, new PreparedStatement(name, statement.Text, [], wrapped: true) { Declared = moved ? null : command.Inner }) { IsCursor = true, Declared = permit });
                break;
            case SqlCommandKind.CloseCursor when command.Name is { } name: Portals.Confirm(name, null); break;
            case SqlCommandKind.CloseCursor: Portals.Clear(); break;
            case SqlCommandKind.Discard when command.Name is null:
                Statements.Clear();
                Portals.Clear();
                break;
        }
    }

    /// <summary>The masks for text that belongs to no operation.</summary>
    public PostgresDiagnosticsMasker? DiagnosticsFor(RunningOperation? operation) => MasksFor(operation) is { } masks ? PostgresDiagnosticsMasker.Create(masks) : null;

    /// <summary>Null: none.</summary>
    public TargetMasks? MasksFor(RunningOperation? operation) => operation is null ? Gate.CurrentMasks : Gate.MasksFor(operation.Permit);

    private void Skipped(PendingReply reply)
    {
        switch (reply.Kind)
        {
            case ReplyKind.Parse: Statements.Withdraw(reply.Name, reply.Statement); break;
            case ReplyKind.Bind: Portals.Withdraw(reply.Name, reply.Portal); break;
            case ReplyKind.CloseStatement: Statements.Withdraw(reply.Name, null); break;
            case ReplyKind.ClosePortal: Portals.Withdraw(reply.Name, null); break;
            case ReplyKind.Query: Portals.Withdraw("", null); break;
            case ReplyKind.DescribeStatement: reply.Statement?.IsDescribed = false; break;
            case ReplyKind.DescribePortal: reply.Portal?.IsDescribed = false; break;
        }

        reply.Internal?.Finish(ran: false);
        if (reply.Operation is not { } operation) return;
        if (operation.Status == "no answer") operation.Failed("skipped: an earlier request of the pipeline failed");
        End(operation);
        operation.Limit?.Answer();
    }
}
