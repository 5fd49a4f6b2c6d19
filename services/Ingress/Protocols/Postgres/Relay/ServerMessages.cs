using System.Buffers;
using System.Buffers.Binary;
using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Protocols.Postgres.Results;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>
/// Reads the server's answers against the queue of requests: whose answer it is, whether it passes, is rewritten or swallowed.
/// An answer that does not fit the request at the head ends the session: masks hang on that order.
/// </summary>
internal sealed class ServerMessages(RelaySession session)
{
    private readonly CopyOutState copyOut = new(session);
    private readonly RecordedNotices notices = new(session);

    /// <summary>The server's last words, which were handed on, as records may show them; null while there are none.</summary>
    public string? LastWords { get; private set; }

    private PostgresReplyQueue Replies => session.Replies;

    /// <summary>True when the message passes without anybody looking into it; it is counted.</summary>
    public bool MayStream(byte type, long length)
    {
        switch (type)
        {
            case BackendType.DataRow when Replies.Shown is { MaskerKnown: true, Masker: null } operation && (operation.Recorded is null || operation.Recorded.Skips(length)) && operation.TryTakeRow():
                operation.Bytes += length;
                return true;
            case BackendType.CopyData when copyOut.Passes(length):
                session.StillReplicates();
                copyOut.Count(length);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Takes the whole rows at the front of <paramref name="bytes"/>, when no more than counting and masking is to be done.</summary>
    /// <param name="masked">What goes in their place is in <paramref name="output"/>.</param>
    /// <returns>Bytes taken.</returns>
    public int TakeRows(ReadOnlySpan<byte> bytes, ScratchBuffer output, out bool masked)
    {
        masked = false;
        if (bytes.IsEmpty || bytes[0] != BackendType.DataRow || Replies.Shown is not { MaskerKnown: true, Limit: null } operation) return 0;
        var (masker, recorded) = (operation.Masker, operation.Recorded);
        var (taken, rows) = (0, 0);
        while (bytes.Length - taken >= PostgresFrame.HeaderLength && bytes[taken] == BackendType.DataRow)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes[(taken + 1)..]);
            if (length < sizeof(int) || length >= bytes.Length - taken) break;
            recorded?.Add(bytes.Slice(taken + PostgresFrame.HeaderLength, length - sizeof(int)));
            masker?.Write(bytes.Slice(taken + PostgresFrame.HeaderLength, length - sizeof(int)), output);
            (taken, rows) = (taken + 1 + length, rows + 1);
        }

        operation.TakeRows(rows, taken);
        masked = masker is not null;
        return taken;
    }

    /// <returns>True: forward it as it is. False: forward what was written to <paramref name="output"/>, if anything.</returns>
    public bool Handle(byte type, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        switch (type)
        {
            case BackendType.NoticeResponse: return Notice(body, output);
            case BackendType.NotificationResponse: return session.DiagnosticsFor(null) is not { } masker || !masker.TryRewriteNotification(body, output);
            case BackendType.ParameterStatus: return Parameter(ParameterStatus.Read(body));
            case BackendType.ErrorResponse: return Error(body, output);
        }

        if (!Replies.TryPeek(out var head)) throw Misfit(type);
        // What was sent in the place of a refused request can only fail: anything else, and we no longer know what the server does.
        if (head.Instead is not null && !(type == BackendType.ReadyForQuery && Replies.HeadFailed)) throw Misfit(type);
        return type switch
        {
            BackendType.ReadyForQuery => Ready(head, ReadyForQuery.Read(body)),
            BackendType.ParseComplete when head.Kind == ReplyKind.Parse => Parsed(head),
            BackendType.BindComplete when head.Kind == ReplyKind.Bind => Bound(head),
            BackendType.CloseComplete when head.Kind is ReplyKind.CloseStatement or ReplyKind.ClosePortal => Closed(head),
            BackendType.ParameterDescription when head.Kind == ReplyKind.DescribeStatement => Parameters(head, body),
            BackendType.RowDescription when head.Kind is ReplyKind.Query or ReplyKind.DescribeStatement or ReplyKind.DescribePortal => Columns(head, session.Results.Columns(body)),
            BackendType.NoData when head.Kind is ReplyKind.DescribeStatement or ReplyKind.DescribePortal => Columns(head, []),
            BackendType.DataRow when Runs(head) => Row(head, body, output),
            BackendType.CommandComplete when Runs(head) && head.Operation is { Hidden: true } operation => Hidden(operation, Completed(head, type, body), body, output),
            BackendType.CommandComplete or BackendType.EmptyQueryResponse when Runs(head) => Completed(head, type, body),
            BackendType.PortalSuspended when head.Kind == ReplyKind.Execute => Suspended(head),
            BackendType.FunctionCallResponse when head.Kind == ReplyKind.FunctionCall => Called(head),
            BackendType.CopyInResponse when Runs(head) => CopyIn(head),
            BackendType.CopyOutResponse when Runs(head) => copyOut.Start(head, CopyResponse.Read(body)),
            BackendType.CopyBothResponse when Runs(head) && session.Replicates => Stream(head),
            BackendType.CopyData => copyOut.Data(head, body, output),
            BackendType.CopyDone => copyOut.Done(),
            _ => throw Misfit(type),
        };
    }

    private bool Notice(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var operation = Replies.Running;
        notices.Record(operation, body);
        if (session.MasksFor(operation) is not { } masks || PostgresDiagnosticsMasker.Create(masks) is not { } masker) return true;
        var said = PostgresDiagnostic.Read(body);
        if (masker.Drops(said)) return false;
        var notice = masker.Mask(said, Asked(operation), raised: RaisedTexts.IsShown(session, operation, masks, said));
        if (ReferenceEquals(notice, said)) return true;
        notice.Write(output, BackendType.NoticeResponse);
        return false;
    }

    private static string Asked(RunningOperation? operation) => operation?.Permit.Operation.Text ?? "";

    // A Parse, Bind or Close says no more than a name.
    private static string Asked(in PendingReply head) =>
        head is { Operation: null, Name: { Length: > 0 } name } ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : Asked(head.Operation);

    private bool Parameter(ParameterStatus parameter)
    {
        session.Text.Apply(parameter.Name, parameter.Value);
        return true;
    }

    private bool Error(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var known = Replies.TryPeek(out var head);
        var said = PostgresDiagnostic.Read(body);
        var error = said;
        var fatal = error.Severity is "FATAL" or "PANIC";
        var record = said;
        if (head.Instead is { } refusal && !fatal) record = error = PostgresVoice.Refused(refusal);
        else if (head is { Operation.Granted.Cut: { } cut, Internal: null } && said.SqlState == RevokedRuns.Cancelled) record = error = PostgresVoice.Refused(cut);
        else if (head is { Operation: { Limit: { Exceeded: true } limit } over, Internal: null } && !fatal) record = error = PostgresVoice.Refused(limit.Refusal(over.Rows));
        else
        {
            record = notices.Told(head.Operation, said);
            if (session.MasksFor(head.Operation) is { } masks && PostgresDiagnosticsMasker.Create(masks) is { } masker)
                error = masker.Mask(error, Asked(head), ViolatedKeys.IsShown(session, head.Operation, said), RaisedTexts.IsShown(session, head.Operation, masks, said));
        }

        if (fatal) LastWords = $"{record.SqlState}: {record.Message}";
        head.Internal?.Error = error;
        if (head is { Operation.Limit: { } told, Internal: null }) told.Told = true;

        // An error of the gateway's own query only matters to the client when it took the client's pipeline down with it.
        var heard = head is not { Swallow: true, Internal.Alone: true };
        if (known) Fail(head, record);
        else if (!fatal) throw Misfit(BackendType.ErrorResponse);
        // Byte for byte when nothing in it had to go.
        if (heard && ReferenceEquals(error, said)) return true;
        if (heard) error.Write(output, BackendType.ErrorResponse);
        return false;
    }

    private void Fail(in PendingReply head, PostgresDiagnostic error)
    {
        Replies.MarkHeadFailed();
        Replies.EndCopyIn();
        copyOut.Abort();
        head.Operation?.Failed(error);
        if (head.Kind is ReplyKind.Query or ReplyKind.Sync or ReplyKind.FunctionCall) return;
        // FailHead reports only those behind the head as skipped: the head has its own reason.
        session.Failed(head);
        Replies.FailHead();
        // What waits for approval behind it will never run.
        if (Replies.Skipping) session.CancelHold();
    }

    private bool Ready(in PendingReply head, byte status)
    {
        var forward = Answer(head, status);
        session.RestNamesChange();
        return forward;
    }

    private bool Answer(in PendingReply head, byte status)
    {
        if (head.Kind is not (ReplyKind.Query or ReplyKind.Sync or ReplyKind.FunctionCall)) throw Misfit(BackendType.ReadyForQuery);
        var failed = Replies.HeadFailed;
        if (head.Kind == ReplyKind.Query) session.Portals.Confirm("", null);
        if (head is { Kind: ReplyKind.Query, Internal: { } own })
        {
            own.Status = status;
            Replies.Dequeue();
            own.Finish(ran: !failed);
            return false;
        }

        if (head is { Kind: ReplyKind.Query, Operation.Limit: { } limit })
        {
            // What becomes of it is told when it is decided.
            Replies.Dequeue();
            session.WakesClientPump |= limit.Copying.IsCompleted;
            limit.Answer(status);
            return false;
        }

        session.Ready(status);
        if (head.Operation is { } operation) session.End(operation);
        return Answered(head);
    }

    private bool Answered(in PendingReply head)
    {
        Replies.Dequeue();
        return !head.Swallow;
    }

    private bool Parsed(in PendingReply head)
    {
        session.Statements.Confirm(head.Name, head.Statement);
        return Answered(head);
    }

    private bool Bound(in PendingReply head)
    {
        EndUnrun(head.Name);
        session.Portals.Confirm(head.Name, head.Portal);
        if (head.Operation is { } operation)
        {
            operation.Failed("not run: it was bound and never executed");
            session.Suspend(operation);
        }

        return Answered(head);
    }

    // Decided on at Bind, and another takes its name: nobody can execute it any more.
    private void EndUnrun(string name)
    {
        if (session.Portals.Confirmed(name) is { IsExecuted: false, Running: { } unrun }) session.End(unrun);
    }

    private bool Closed(in PendingReply head)
    {
        if (head.Kind == ReplyKind.CloseStatement)
        {
            session.Statements.Confirm(head.Name, null);
            return Answered(head);
        }

        EndUnrun(head.Name);
        session.Portals.Confirm(head.Name, null);
        return Answered(head);
    }

    private static bool Parameters(in PendingReply head, ReadOnlySpan<byte> body)
    {
        head.Statement?.ParameterTypes = ParameterDescription.Read(body);
        return !head.Swallow;
    }

    private bool Columns(in PendingReply head, PostgresColumn[] columns)
    {
        switch (head.Kind)
        {
            case ReplyKind.DescribeStatement: head.Statement?.Columns = columns; break;
            case ReplyKind.DescribePortal: head.Portal?.Columns = columns; break;
            default:
                if (head.Operation is { } operation) ResultMasks.Prepare(session, operation, columns);
                return !head.Swallow;
        }

        return Answered(head);
    }

    private bool Row(in PendingReply head, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (head.Internal is { } query)
        {
            query.Rows.Add(DataRow.ReadText(body));
            return false;
        }

        if (head.Operation is not { } operation) throw Misfit(BackendType.DataRow);
        if (!operation.MaskerKnown) ResultMasks.Prepare(session, operation, head.Portal?.RowColumns());
        if (!operation.TryTakeRow()) return false;
        operation.Bytes += PostgresFrame.HeaderLength + body.Length;
        operation.Recorded?.Add(body);
        return operation.Masker is null || !operation.Masker.TryRewrite(body, output);
    }

    private bool Completed(in PendingReply head, byte type, ReadOnlySpan<byte> body)
    {
        Replies.EndCopyIn();
        var complete = type == BackendType.CommandComplete ? CommandComplete.Read(body) : new CommandComplete { Tag = default };
        if (head.Internal is { } own)
        {
            own.Tag = session.Results.Texts.Of(complete.Tag);
            if (head.Kind == ReplyKind.Query) return false;
            own.Finish(ran: true);
            return Answered(head);
        }

        if (head.Operation is { } operation)
        {
            var statement = operation.Current;
            operation.Tag(complete.Tag.IsEmpty ? "EMPTY" : session.Results.Texts.Of(complete.Tag), complete.Rows);
            if (statement is not null) session.Apply(statement, operation!.Permit, statement.Command.Kind == SqlCommandKind.Declare && ResultMasks.NamesMoved(session, operation));
            if (statement is { Stores: true } && ResultMasks.NamesMoved(session, operation)) session.OwnTables.Doubt();
            operation.NextStatement();
            if (operation.Limit is { } limit) return Limited(head, operation, limit, type, body);
        }

        if (head.Kind == ReplyKind.Query) return !head.Swallow;
        if (head.Operation is { } ended) session.End(ended);
        return Answered(head);
    }

    private static bool Hidden(RunningOperation operation, bool forward, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        operation.Hidden = false;
        if (!forward) return false;
        PostgresVoice.NamesMoved.Write(output, BackendType.NoticeResponse);
        output.WriteMessage(BackendType.CommandComplete, body);
        return false;
    }

    // The end of the answer is shown when the limit is known to be kept; that of an earlier statement of the string promises nothing.
    private bool Limited(in PendingReply head, RunningOperation operation, RowLimit limit, byte type, ReadOnlySpan<byte> body)
    {
        if (head.Kind == ReplyKind.Query && operation.Current is not null) return !limit.Exceeded;
        limit.Withhold(type, body);
        if (head.Kind == ReplyKind.Query) return false;
        Replies.Dequeue();
        limit.Answer();
        return false;
    }

    private bool Suspended(in PendingReply head)
    {
        if (head.Operation is not { } operation) return Answered(head);
        if (operation.Limit is { } limit)
        {
            limit.InParts = limit.MayWrite;
            limit.Answer();
        }

        session.Suspend(operation);
        return Answered(head) && operation.Limit is not { InParts: true } and not { Exceeded: true };
    }

    // ReadyForQuery follows and is the end of it.
    private static bool Called(in PendingReply head)
    {
        head.Operation?.Tag("FUNCTION CALL", null);
        return !head.Swallow;
    }

    private bool CopyIn(in PendingReply head)
    {
        Replies.StartCopyIn();
        head.Operation?.Limit?.BeginCopy();
        return !head.Swallow;
    }

    // Changes one way and the word of what was kept the other, for as long as both like.
    private bool Stream(in PendingReply head)
    {
        copyOut.Stream(head);
        Replies.StartCopyIn();
        return true;
    }

    private static bool Runs(in PendingReply head) => head.Kind is ReplyKind.Query or ReplyKind.Execute;

    private static PostgresRefusedException Misfit(byte type) =>
        PostgresRefusedException.Protocol($"the target sent a message of type '{(char)type}' that answers nothing");
}
