using System.Buffers;
using System.Text;
using Hoop.Ingress.Protocols.Postgres.Results;
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

    /// <summary>The server's last words were handed on.</summary>
    public bool SaidFatal { get; private set; }

    private PostgresReplyQueue Replies => session.Replies;

    /// <summary>True when the message passes without anybody looking into it; it is counted.</summary>
    public bool MayStream(byte type, long length)
    {
        switch (type)
        {
            case BackendType.DataRow when Replies.Head is { Swallow: false, Operation: { MaskerKnown: true, Masker: null } operation } && operation.TryTakeRow():
                operation.Bytes += length;
                return true;
            case BackendType.CopyData when copyOut.Passes:
                copyOut.Count(length);
                return true;
            default:
                return false;
        }
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

        if (Replies.Head is not { } head) throw Misfit(type);
        // What was sent in the place of a refused request can only fail: anything else, and we no longer know what the server does.
        if (head.Instead is not null && !(type == BackendType.ReadyForQuery && head.Failed)) throw Misfit(type);
        return type switch
        {
            BackendType.ReadyForQuery => Ready(head, ReadyForQuery.Read(body)),
            BackendType.ParseComplete => Answered(Expect(head, type, ReplyKind.Parse), () => session.Statements.Confirm(head.Name, head.Statement)),
            BackendType.BindComplete => Answered(Expect(head, type, ReplyKind.Bind), () => session.Portals.Confirm(head.Name, head.Portal)),
            BackendType.CloseComplete => Closed(Expect(head, type, ReplyKind.CloseStatement, ReplyKind.ClosePortal)),
            BackendType.ParameterDescription => Parameters(Expect(head, type, ReplyKind.DescribeStatement), body),
            BackendType.RowDescription => Columns(Expect(head, type, ReplyKind.Query, ReplyKind.DescribeStatement, ReplyKind.DescribePortal), RowDescription.Read(body)),
            BackendType.NoData => Columns(Expect(head, type, ReplyKind.DescribeStatement, ReplyKind.DescribePortal), []),
            BackendType.DataRow => Row(Expect(head, type, ReplyKind.Query, ReplyKind.Execute), body, output),
            BackendType.CommandComplete => Completed(Expect(head, type, ReplyKind.Query, ReplyKind.Execute), type, body),
            BackendType.EmptyQueryResponse => Completed(Expect(head, type, ReplyKind.Query, ReplyKind.Execute), type, body),
            BackendType.PortalSuspended => Suspended(Expect(head, type, ReplyKind.Execute)),
            BackendType.FunctionCallResponse => Called(Expect(head, type, ReplyKind.FunctionCall)),
            BackendType.CopyInResponse => CopyIn(Expect(head, type, ReplyKind.Query, ReplyKind.Execute)),
            BackendType.CopyOutResponse => copyOut.Start(Expect(head, type, ReplyKind.Query, ReplyKind.Execute), CopyResponse.Read(body)),
            BackendType.CopyData => copyOut.Data(head, body, output),
            BackendType.CopyDone => copyOut.Done(),
            _ => throw Misfit(type),
        };
    }

    private bool Notice(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var operation = Replies.Head?.Operation;
        return session.DiagnosticsFor(operation) is not { } masker || !masker.TryRewrite(BackendType.NoticeResponse, body, Asked(operation), output);
    }

    private static string Asked(RunningOperation? operation) => operation?.Permit.Operation.Text ?? "";

    private bool Parameter(ParameterStatus parameter)
    {
        session.Text.Apply(parameter.Name, parameter.Value);
        return true;
    }

    private bool Error(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var head = Replies.Head;
        var said = PostgresDiagnostic.Read(body);
        var error = said;
        var fatal = error.Severity is "FATAL" or "PANIC";
        SaidFatal |= fatal;
        if (head is { Instead: { } refusal } && !fatal) error = PostgresVoice.Refused(refusal);
        else if (head is { Operation: { Limit: { Exceeded: true } limit } over, Internal: null } && !fatal) error = PostgresVoice.Refused(limit.Refusal(over.Rows));
        else if (session.DiagnosticsFor(head?.Operation) is { } masker) error = masker.Mask(error, Asked(head?.Operation));
        head?.Internal?.Error = error;
        if (head is { Operation.Limit: { } told, Internal: null }) told.Told = true;

        // An error of the gateway's own query only matters to the client when it took the client's pipeline down with it.
        var heard = head is not { Swallow: true, Internal.Alone: true };
        if (head is not null) Fail(head, error);
        else if (!fatal) throw Misfit(BackendType.ErrorResponse);
        // Byte for byte when nothing in it had to go.
        if (heard && ReferenceEquals(error, said)) return true;
        if (heard) error.Write(output, BackendType.ErrorResponse);
        return false;
    }

    private void Fail(PendingReply head, PostgresDiagnostic error)
    {
        head.Failed = true;
        Replies.EndCopyIn();
        copyOut.Abort();
        head.Operation?.Failed($"{error.SqlState}: {error.Message}");
        if (head.Kind is ReplyKind.Query or ReplyKind.Sync or ReplyKind.FunctionCall) return;
        // FailHead reports only those behind the head as skipped: the head has its own reason.
        session.Failed(head);
        Replies.FailHead();
        // What waits for approval behind it will never run.
        if (Replies.Skipping) session.TryCancelHold();
    }

    private bool Ready(PendingReply head, byte status)
    {
        Expect(head, BackendType.ReadyForQuery, ReplyKind.Query, ReplyKind.Sync, ReplyKind.FunctionCall);
        if (head.Instead is not null && !head.Failed) throw Misfit(BackendType.ReadyForQuery);
        if (head is { Kind: ReplyKind.Query, Internal: { } own })
        {
            own.Status = status;
            Replies.Dequeue();
            own.Finish(ran: !head.Failed);
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
        return Answered(head, null);
    }

    private bool Answered(PendingReply head, Action? effect)
    {
        effect?.Invoke();
        Replies.Dequeue();
        return !head.Swallow;
    }

    private bool Closed(PendingReply head) => Answered(head, () =>
    {
        if (head.Kind == ReplyKind.CloseStatement) session.Statements.Confirm(head.Name, null);
        else session.Portals.Confirm(head.Name, null);
    });

    private static bool Parameters(PendingReply head, ReadOnlySpan<byte> body)
    {
        head.Statement?.ParameterTypes = ParameterDescription.Read(body);
        return !head.Swallow;
    }

    private bool Columns(PendingReply head, PostgresColumn[] columns)
    {
        switch (head.Kind)
        {
            case ReplyKind.DescribeStatement: head.Statement?.Columns = columns; break;
            case ReplyKind.DescribePortal: head.Portal?.Columns = columns; break;
            default:
                if (head.Operation is { } operation) ResultMasks.Prepare(session, operation, columns);
                return !head.Swallow;
        }

        return Answered(head, null);
    }

    private bool Row(PendingReply head, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
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
        return operation.Masker is null || !operation.Masker.TryRewrite(body, output);
    }

    private bool Completed(PendingReply head, byte type, ReadOnlySpan<byte> body)
    {
        Replies.EndCopyIn();
        var complete = type == BackendType.CommandComplete ? CommandComplete.Read(body) : new CommandComplete { Tag = default };
        if (head.Internal is { } own)
        {
            own.Tag = Encoding.UTF8.GetString(complete.Tag);
            if (head.Kind == ReplyKind.Query) return false;
            own.Finish(ran: true);
            return Answered(head, null);
        }

        if (head.Operation is { } operation)
        {
            var statement = operation.Current;
            operation.Tag(complete.Tag.IsEmpty ? "EMPTY" : Encoding.UTF8.GetString(complete.Tag), complete.Rows);
            if (statement is not null) session.Apply(statement);
            operation.NextStatement();
            if (operation.Limit is { } limit) return Limited(head, operation, limit, type, body);
        }

        if (head.Kind == ReplyKind.Query) return !head.Swallow;
        if (head.Operation is { } ended) session.End(ended);
        return Answered(head, null);
    }

    // The end of the answer is shown when the limit is known to be kept; that of an earlier statement of the string promises nothing.
    private bool Limited(PendingReply head, RunningOperation operation, RowLimit limit, byte type, ReadOnlySpan<byte> body)
    {
        if (head.Kind == ReplyKind.Query && operation.Current is not null) return !limit.Exceeded;
        limit.Withhold(type, body);
        if (head.Kind == ReplyKind.Query) return false;
        Replies.Dequeue();
        limit.Answer();
        return false;
    }

    private bool Suspended(PendingReply head)
    {
        if (head.Operation is not { } operation) return Answered(head, null);
        if (operation.Limit is { } limit)
        {
            limit.InParts = limit.MayWrite;
            limit.Answer();
        }

        session.Suspend(operation);
        return Answered(head, null) && operation.Limit is not { InParts: true } and not { Exceeded: true };
    }

    // ReadyForQuery follows and is the end of it.
    private static bool Called(PendingReply head)
    {
        head.Operation?.Tag("FUNCTION CALL", null);
        return !head.Swallow;
    }

    private bool CopyIn(PendingReply head)
    {
        Replies.StartCopyIn();
        head.Operation?.Limit?.BeginCopy();
        return !head.Swallow;
    }

    private static PendingReply Expect(PendingReply head, byte type, params ReadOnlySpan<ReplyKind> kinds) =>
        kinds.Contains(head.Kind) ? head : throw Misfit(type);

    private static PostgresRefusedException Misfit(byte type) =>
        PostgresRefusedException.Protocol($"the target sent a message of type '{(char)type}' that answers nothing");
}
