using Hoop.Ingress.Protocols.Postgres.Results;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>Every message a client may send, and what becomes of it. What is not listed ends the session.</summary>
internal sealed class ClientMessages(RelaySession session, StatementJudge judge, OwnQueries own, LimitedRuns limited)
{
    private readonly ForwardedRequests requests = new(session, judge, limited);

    /// <summary>Requests that may wait for the server's answers: what a client sends beyond stays with it.</summary>
    private const int MaxPending = 64 * 1024;

    /// <summary>Counts Syncs and simple queries.</summary>
    private long pipeline;

    /// <summary>Extended requests were sent since the last Sync.</summary>
    private bool open;

    /// <summary>A request since the last Sync was refused: the server passes over everything up to the next, so it need not see it.</summary>
    private bool doomed;

    private System.IO.Pipelines.PipeWriter Output => session.Upstream.Output;

    private bool Skipping
    {
        get
        {
            lock (session.Lock) return session.Replies.Skipping;
        }
    }

    /// <returns>A request that waits for approval; null when the message is dealt with.</returns>
    public ValueTask<WaitingRequest?> HandleAsync(PostgresFrame frame, CancellationToken cancel)
    {
        session.StillReplicates();
        if (doomed && frame.Type is FrontendType.Query or FrontendType.Parse or FrontendType.Bind or FrontendType.Execute or FrontendType.Describe or FrontendType.Close or FrontendType.FunctionCall)
            return default;
        return session.Replies.Count < MaxPending ? TakeAsync(frame, cancel) : AfterDrainAsync(frame, cancel);
    }

    private ValueTask<WaitingRequest?> TakeAsync(in PostgresFrame frame, CancellationToken cancel)
    {
        switch (frame.Type)
        {
            case FrontendType.Query: return QueryAsync(frame, cancel);
            case FrontendType.Parse: return ParseAsync(frame, cancel);
            case FrontendType.Bind: return BindAsync(frame, cancel);
            case FrontendType.Execute: return ExecuteAsync(frame, cancel);
            case FrontendType.Describe: return DescribeAsync(frame, cancel);
            case FrontendType.Close: Close(frame); break;
            case FrontendType.Sync: Sync(frame); break;
            case FrontendType.Flush: Output.WriteFrame(frame.Whole); break;
            case FrontendType.CopyDone or FrontendType.CopyFail: requests.Forward(frame, new PendingReply(ReplyKind.CopyEnd)); break;
            case FrontendType.FunctionCall when session.Gate.PassesEverything: return CallAsync(frame, cancel);
            case FrontendType.FunctionCall:
                RefuseQuery(new Refusal(RefusalCode.ProtocolNotAllowed, null, "function calls by the fast-path protocol are not allowed",
                    "They name a function by number and cannot be judged.", "Call the function in a SELECT; for pg_dump, leave large objects out (--no-blobs)."));
                break;
            default: throw PostgresRefusedException.Protocol($"a message of type '{(char)frame.Type}' is not allowed");
        }

        return default;
    }

    private async ValueTask<WaitingRequest?> AfterDrainAsync(PostgresFrame frame, CancellationToken cancel)
    {
        await own.DrainAsync(open, cancel);
        return await TakeAsync(frame, cancel);
    }

    /// <summary>A statement over the limit was read past.</summary>
    public async ValueTask OversizeAsync(byte type, CancellationToken cancel)
    {
        await judge.SettleAsync(open, cancel);
        var refusal = new Refusal(RefusalCode.TooLarge, null, $"the statement is longer than {session.Services.Options.StatementLimit} bytes",
            "Longer statements are never read, so they cannot be judged.", "Send it in parts, or load data with COPY.");
        if (type == FrontendType.Query) RefuseQuery(refusal);
        else RefuseParse(refusal);
    }

    /// <summary>Takes a run with a row limit as far as it goes.</summary>
    public ValueTask SettleLimitedAsync(CancellationToken cancel) => limited.SettleAsync(open, cancel);

    /// <summary>Sends what was written, and has the server answer what it has.</summary>
    public async ValueTask PushAsync(CancellationToken cancel)
    {
        if (open) Output.WriteEmpty(FrontendType.Flush);
        await Output.FlushAsync(cancel);
    }

    /// <summary>Waits until most of what was asked is answered and told: what a client sends without reading stays in its socket.</summary>
    public async ValueTask CatchUpAsync(CancellationToken cancel)
    {
        Task room;
        lock (session.Lock) room = session.Replies.RoomAsync();
        if (!room.IsCompleted) await PushAsync(cancel);
        await room.WaitAsync(cancel);
        await session.HeardAsync().WaitAsync(cancel);
    }

    private async ValueTask<WaitingRequest?> QueryAsync(PostgresFrame frame, CancellationToken cancel)
    {
        RefuseInCopy();
        await judge.SettleAsync(open, cancel);
        var said = QueryText(frame);
        return Act(frame, await judge.JudgeAsync(new Asked(said.Text, said.Readable, []), cancel), ReplyKind.Query, null);
    }

    /// <summary>A function by its number, which nobody can judge: only for whom everything may pass.</summary>
    private async ValueTask<WaitingRequest?> CallAsync(PostgresFrame frame, CancellationToken cancel)
    {
        RefuseInCopy();
        var asked = new Asked($"function call by the fast-path protocol: function {ClientFields.FunctionOf(frame)}", false, []);
        return Act(frame, await judge.JudgeAsync(asked, cancel), ReplyKind.FunctionCall, null);
    }

    private void ForwardCall(PostgresFrame frame, RunningOperation operation)
    {
        if (operation.Limit is not null)
        {
            RefuseLimited(operation.Permit, "function calls by number cannot be kept to it", ReplyKind.FunctionCall);
            return;
        }

        requests.Call(frame, operation);
        pipeline++;
    }

    private void ForwardQuery(in PostgresFrame frame, RunningOperation operation)
    {
        pipeline++;
        requests.Query(frame, operation, pipeline);
    }

    // Its rows could not be taken back.
    private void RefuseLimited(Permit permit, string problem, ReplyKind kind)
    {
        session.Gate.Complete(permit, new OperationResult(false, $"not run: a row limit applies, and {problem}", 0, 0, TimeSpan.Zero, []));
        Refuse(new Refusal(RefusalCode.RowLimit, permit.Rules.Count > 0 ? permit.Rules[0] : null, $"a row limit applies to the statement, and {problem}",
            "What it changes over the limit could not be rolled back.", "Send its statements one by one.", permit.RequestId), kind);
    }

    private void RefuseQuery(Refusal refusal)
    {
        session.NamesInUse.Forgo();
        pipeline++;
        bool alone;
        lock (session.Lock)
        {
            // Nothing is on its way and no transaction is open: the answer needs no help of the server.
            alone = session.Replies.IsEmpty && !open && session.TransactionStatus == ReadyForQuery.Idle;
            if (!alone)
            {
                Output.WriteStringMessage(FrontendType.Query, "hoop refused this statement");
                session.Replies.Enqueue(new PendingReply(ReplyKind.Query) { Instead = refusal });
            }
        }

        if (!alone) return;
        session.Say(output =>
        {
            PostgresVoice.Refused(refusal).Write(output, BackendType.ErrorResponse);
            ReadyForQuery.Write(output, ReadyForQuery.Idle);
        });
    }

    private async ValueTask<WaitingRequest?> ParseAsync(PostgresFrame frame, CancellationToken cancel)
    {
        RefuseInCopy();
        await judge.SettleAsync(open, cancel);
        if (!TryReadParse(frame, out var statement)) return null;
        if ((judge.TextRefusal(statement.Text) ?? await judge.ForeseeAsync(statement, cancel)) is { } refusal)
        {
            RefuseParse(refusal);
            return null;
        }

        open = true;
        lock (session.Lock) session.Statements.Propose(statement.Name, statement, pipeline);
        requests.Forward(frame, new PendingReply(ReplyKind.Parse) { Name = statement.Name, Statement = statement });
        return null;
    }

    private bool TryReadParse(in PostgresFrame frame, out PreparedStatement statement)
    {
        using var body = new PostgresBody(frame.Body);
        var parse = Parse.Read(body.Span);
        var said = StatementText.Of(parse.Text, session.Services.Options.StatementLimit, session.Texts);
        statement = new PreparedStatement(ClientFields.NameOf(parse.Statement, session.Texts), said.Text, parse.TypeOids()) { Readable = said.Readable };
        if (said.Readable || session.Gate.PassesEverything) return true;
        RefuseParse(new Refusal(RefusalCode.NotUnderstood, null, "the statement is not valid UTF-8", "It cannot be read, so it is refused.", "Send UTF-8."));
        return false;
    }

    private void RefuseParse(Refusal refusal)
    {
        (open, doomed) = (true, true);
        lock (session.Lock)
        {
            Parse.Write(Output, session.NoPortal, "hoop refused this statement");
            session.Replies.Enqueue(new PendingReply(ReplyKind.Parse) { Name = session.NoPortal, Instead = refusal });
        }
    }

    private async ValueTask<WaitingRequest?> BindAsync(PostgresFrame frame, CancellationToken cancel)
    {
        RefuseInCopy();
        await judge.SettleAsync(open, cancel);
        var name = ClientFields.BoundStatement(frame, session.Texts);
        // A statement nobody saw being made: the server knows it or fails; what it runs is not understood.
        var statement = await FindAsync(session.Statements, name, cancel) ?? new PreparedStatement(name, "", []) { Readable = false };
        open = true;
        if (!Skipping && await judge.DecidesAtBindAsync(statement, cancel)) return await JudgedBindAsync(frame, Bound(frame, statement), cancel);
        requests.Bind(frame, Bound(frame, statement), pipeline);
        return null;
    }

    private Portal Bound(in PostgresFrame frame, PreparedStatement statement) => Portal.Read(frame, statement, session.Texts, judge.BoundNow);

    private async ValueTask<WaitingRequest?> JudgedBindAsync(PostgresFrame frame, Portal portal, CancellationToken cancel) =>
        Act(frame, await judge.JudgeAsync(portal.Asked with { Of = portal.Statement }, cancel), ReplyKind.Bind, portal);

    private async ValueTask<WaitingRequest?> ExecuteAsync(PostgresFrame frame, CancellationToken cancel)
    {
        RefuseInCopy();
        open = true;
        var (name, maxRows) = ClientFields.ReadExecute(frame, session.Texts);
        var portal = judge.JustBound?.Name == name ? judge.JustBound : null;
        if (portal is null)
        {
            await judge.SettleAsync(open, cancel);
            portal = await FindAsync(session.Portals, name, cancel);
        }

        if (Skipping)
        {
            // The server passes over it whatever it is; there is nothing to judge.
            Output.WriteFrame(frame.Whole);
            return null;
        }

        if (portal?.Running is { Ended: false } running && (portal.IsExecuted || await judge.StandsAsync(portal, running, cancel)))
        {
            if (running.Permit.Revoked.IsCancellationRequested) RefuseExecute(running.Permit.Cut);
            else if (portal.IsExecuted && !await judge.GoesOnAsync(portal, running, cancel)) RefuseExecute(PortalRefusals.NamesMoved);
            else if (portal.IsExecuted) requests.Continue(frame, portal, running);
            else requests.Execute(frame, portal, running);
            return null;
        }

        if (judge.JustBound is not null) await judge.SettleAsync(open, cancel);
        if (PortalRefusals.Of(portal, name, session.Gate.PassesEverything ? null : judge.Names) is not { } refusal)
            return Act(frame, await judge.JudgeAsync(portal?.Asked ?? new Asked("", false, []), cancel), ReplyKind.Execute, portal);
        RefuseExecute(refusal);
        return null;
    }

    private void RefuseExecute(Refusal refusal)
    {
        session.NamesInUse.Forgo();
        doomed = true;
        lock (session.Lock)
        {
            Execute.Write(Output, session.NoPortal);
            session.Replies.Enqueue(new PendingReply(ReplyKind.Execute) { Instead = refusal });
        }
    }

    private async ValueTask<WaitingRequest?> DescribeAsync(PostgresFrame frame, CancellationToken cancel)
    {
        RefuseInCopy();
        var (kind, name) = ClientFields.ReadDescribe(frame, session.Texts);
        var wasOpen = open;
        open = true;
        if (kind == Describe.StatementKind)
        {
            var statement = await FindAsync(session.Statements, name, cancel);
            if (statement is not null && !Skipping && await judge.ForeseeAgainAsync(statement, wasOpen, cancel) is { } refusal)
            {
                RefuseExecute(refusal);
                return null;
            }

            lock (session.Lock) statement?.IsDescribed = true;
            requests.Forward(frame, new PendingReply(ReplyKind.DescribeStatement) { Statement = statement });
        }
        else
        {
            var portal = await FindAsync(session.Portals, name, cancel);
            lock (session.Lock) portal?.IsDescribed = true;
            requests.Forward(frame, new PendingReply(ReplyKind.DescribePortal) { Portal = portal });
        }

        return null;
    }

    private void Close(in PostgresFrame frame)
    {
        RefuseInCopy();
        var (kind, name) = ClientFields.ReadDescribe(frame, session.Texts);
        open = true;
        var ofStatement = kind == Describe.StatementKind;
        lock (session.Lock)
        {
            if (ofStatement) session.Statements.Propose(name, null, pipeline);
            else session.Portals.Propose(name, null, pipeline);
        }

        requests.Forward(frame, new PendingReply(ofStatement ? ReplyKind.CloseStatement : ReplyKind.ClosePortal) { Name = name });
    }

    private void Sync(in PostgresFrame frame)
    {
        judge.FollowBound();
        requests.Forward(frame, new PendingReply(ReplyKind.Sync));
        judge.MayHaveEnded();
        pipeline++;
        (open, doomed) = (false, false);
    }

    private WaitingRequest? Act(in PostgresFrame frame, in Judgement judgement, ReplyKind kind, Portal? portal)
    {
        if (judgement.Answer.Permit is { } permit) Run(frame, judgement, permit, kind, portal);
        else if (judgement.Answer.Refusal is { } refusal) Refuse(refusal, kind);
        else return Wait(frame, judgement, kind, portal);
        return null;
    }

    private void Run(in PostgresFrame frame, in Judgement judgement, Permit permit, ReplyKind kind, Portal? portal)
    {
        var operation = judgement.Run(permit = session.WithCursors(permit, judgement.Analysis));
        if (permit.Revoked.IsCancellationRequested) Stop(permit, kind, "its grant was revoked", permit.Cut);
        else if (session.IsCancelAsked) Stop(permit, kind, "cancelled", Cancelled);
        else if (operation.Limit is not null && RowLimitedStatements.Problem(operation.Analysis, whole: kind == ReplyKind.Query) is { } problem) RefuseLimited(permit, problem, kind);
        else if (ResultMasks.CopyProblem(session, operation) is { } unmaskable) Stop(permit, kind, unmaskable.Message, unmaskable);
        else if (session.NamesInUse.Claim(operation) is { } refusal) Stop(permit, kind, refusal.Message, refusal);
        else Forward(frame, operation, kind, portal);
    }

    // Its window was taken back, or the client thought better of it, before it was sent.
    private void Stop(Permit permit, ReplyKind kind, string why, Refusal refusal)
    {
        session.Gate.Complete(permit, new OperationResult(false, $"not run: {why}", 0, 0, TimeSpan.Zero, []));
        Refuse(refusal, kind);
    }

    private static readonly Refusal Cancelled = new(RefusalCode.Cancelled, null, "canceling statement due to user request", "It was cancelled before it was sent to the target.", "Send it again to run it.");

    private WaitingRequest Wait(PostgresFrame frame, Judgement judgement, ReplyKind kind, Portal? portal) => new(
        frame, judgement.Answer.Hold!, (whole, permit) => Run(whole, judgement, permit, kind, portal),
        refusal => Refuse(refusal, kind), (permit, cancel) => judge.AgainAsync(judgement, permit, now => judgement = now, cancel));

    private void Forward(in PostgresFrame frame, RunningOperation operation, ReplyKind kind, Portal? portal)
    {
        switch (kind)
        {
            case ReplyKind.Bind: requests.Bind(frame, portal!, pipeline, operation); break;
            case ReplyKind.Execute: requests.Execute(frame, portal, operation); break;
            case ReplyKind.FunctionCall: ForwardCall(frame, operation); break;
            default: ForwardQuery(frame, operation); break;
        }
    }

    private void Refuse(Refusal refusal, ReplyKind kind)
    {
        if (kind is ReplyKind.Bind or ReplyKind.Execute) RefuseExecute(refusal);
        else RefuseQuery(refusal);
    }

    private ValueTask<T?> FindAsync<T>(PostgresNames<T> names, string name, CancellationToken cancel) where T : class
    {
        lock (session.Lock)
        {
            if (names.Find(name, pipeline, out var value) != NameLookup.Unsettled) return new(value);
        }

        return FindSettledAsync(names, name, cancel);
    }

    private async ValueTask<T?> FindSettledAsync<T>(PostgresNames<T> names, string name, CancellationToken cancel) where T : class
    {
        await own.DrainAsync(open, cancel);
        lock (session.Lock) return names.Find(name, pipeline, out var settled) == NameLookup.Found ? settled : null;
    }

    private StatementText QueryText(in PostgresFrame frame)
    {
        using var body = new PostgresBody(frame.Body);
        return StatementText.Of(Query.Read(body.Span).Text, session.Services.Options.StatementLimit, session.Texts);
    }

    // While the server reads copy data, any other request is an error there and would leave our order of answers.
    private void RefuseInCopy()
    {
        if (session.Replies.CopyIsOpen) throw PostgresRefusedException.Protocol("a request came in the middle of COPY FROM STDIN");
    }
}
