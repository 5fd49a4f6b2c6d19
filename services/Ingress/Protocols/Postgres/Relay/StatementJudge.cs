using Hoop.Ingress.Protocols.Postgres.Justifications;
using Hoop.Ingress.Protocols.Postgres.Previews;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Understanding;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>A statement that is to run.</summary>
/// <param name="Readable">False: its text is for the record alone.</param>
/// <param name="Of">What it is an execution of; null for a simple query.</param>
internal readonly record struct Asked(string Text, bool Readable, IReadOnlyList<string?> Values, IPrepared? Of = null)
{
    public PreparedStatement? Prepared => Of?.Statement;

    /// <summary>The names that the server planned it with; null: it is planned when it runs.</summary>
    public BoundNames? Bound => Of?.Bound;
}

/// <summary>What the Gate said of a statement, with what it takes to run it.</summary>
/// <param name="Since">How many changes of names were over when it was judged.</param>
/// <param name="Settled">None was about to be committed then.</param>
/// <param name="NamesMoved">The open transaction changed the schema, and nobody could see how, so lineage cannot be trusted.</param>
internal readonly record struct Judgement(Asked Asked, GateAnswer Answer, SqlAnalysis Analysis, SqlContext Context, bool NamesMoved, long Since, bool Settled, long StartedAt)
{
    /// <summary>Functions that it runs besides what it names.</summary>
    public IReadOnlyCollection<string> Deferred { get; init; } = [];

    public RunningOperation Run(Permit permit) => new(permit, Analysis, Context, NamesMoved, Since, Settled, StartedAt) { Deferred = Deferred };
}

/// <summary>Understands a statement as the server would at this moment, and asks the Gate.</summary>
internal sealed class StatementJudge(RelaySession session, OwnQueries own)
{
    /// <summary>Characters.</summary>
    private const int LongText = 8 * 1024;

    private readonly SessionContext context = new(session);
    private readonly DeferredCode deferred = new(session, own);
    private Refusal? namesProblem;
    private BoundNames? bound;
    private bool open;

    /// <summary>The transaction failed, and nothing was sent since that may have ended it: it runs nothing but its end, so it needs no names.</summary>
    private bool Failed => session.TransactionStatus == ReadyForQuery.Failed && !context.EndSent;

    /// <summary>What names stand for now: the same text as long as they stand for the same.</summary>
    public string Names => context.Names;

    /// <summary>The same, for what is bound now.</summary>
    public BoundNames BoundNow
    {
        get
        {
            var (current, changes) = session.Gate.PassesEverything ? (null, null) : (context.Current, session.Claims.Settled(session.NamesChange));
            return bound is not null && ReferenceEquals(bound.Own, Names) && ReferenceEquals(bound.Context, current) && bound.Changes == changes ? bound : bound = new(Names, current, changes);
        }
    }

    /// <summary>These statements were sent: the session's state follows.</summary>
    public void Sent(RunningOperation operation)
    {
        if (JustBound?.Running == operation) JustBound = null;
        deferred.Sent(operation);
        context.Sent(operation, freely: session.Gate.PassedEverything(operation.Permit));
    }

    /// <summary>Bound and decided by the last request; what its planning moved is not followed yet.</summary>
    public Portal? JustBound { get; private set; }

    /// <summary>When an earlier statement may have moved what names or text mean, waits for its answer and asks the server.</summary>
    public async ValueTask SettleAsync(bool open, CancellationToken cancel)
    {
        FollowBound();
        if (session.Gate.PassesEverything) return;
        this.open = open;
        context.ForgetWhatWasNotFollowed();
        if (!context.MustSettle && !context.MustAsk) return;
        await own.DrainAsync(open, cancel);
        context.Settled(open);
        if (!context.MustAsk || Failed && context.Current is not null) return;
        for (var attempt = 0; attempt < 2; attempt++)
        {
            if (await own.AskAsync("names", context.Question, open, cancel) is not { } rows || context.Lacks(rows)) continue;
            await LearnAsync(rows, cancel);
            return;
        }
    }

    /// <summary>A Sync or a simple query was sent.</summary>
    public void MayHaveEnded() => context.MayHaveEnded();

    private async ValueTask LearnAsync(IReadOnlyList<string?[]> rows, CancellationToken cancel)
    {
        var (target, catalog) = (session.Gate.Target, session.Services.Catalog);
        try
        {
            // Not within the transaction that changes the schema: others cannot see it yet, and would wait for its locks.
            var idle = !open && session.TransactionStatus == ReadyForQuery.Idle;
            if (context.UncommittedDdl && !idle) context.Answered(rows, await OwnNamesAsync(cancel), own: true, idle);
            else context.Answered(rows, context.MustRefresh && idle ? await catalog.RefreshAsync(target, cancel) : await catalog.GetAsync(target, cancel), own: false, idle);
            namesProblem = null;
        }
        catch (TargetUnavailableException e)
        {
            session.Services.Logger.CatalogFailed(target.Name, e.Message);
            namesProblem = NoNames(e);
        }
    }

    // Within a pipeline the reading could not be taken back, should it fail: then no name is known.
    private async ValueTask<CatalogSnapshot> OwnNamesAsync(CancellationToken cancel) =>
        context.OwnNames ?? (open || session.TransactionStatus != ReadyForQuery.InTransaction ? null : await own.NamesWithinAsync(cancel)) ?? CatalogSnapshot.Changed;

    /// <summary>
    /// The server plans at Bind, and runs what it plans with (functions that call themselves immutable, of constants and values): such a statement is decided on before that.
    /// </summary>
    public ValueTask<bool> DecidesAtBindAsync(PreparedStatement statement, CancellationToken cancel)
    {
        if (session.Gate.PassesEverything || Failed || !statement.Readable) return default;
        var following = FollowAsync(cancel);
        // Nearly always there is nothing to wait for.
        return following.IsCompletedSuccessfully && !context.MustAsk && statement.Text.Length <= LongText && context.Current is { } current && TextRefusal(statement.Text) is null
            ? new(RunsEarly(Analyze(AskedOf(statement), current)))
            : DecidesLateAsync(following, statement, cancel);
    }

    private async ValueTask<bool> DecidesLateAsync(ValueTask following, PreparedStatement statement, CancellationToken cancel)
    {
        try
        {
            await following;
        }
        catch (TargetUnavailableException)
        {
            // It will be refused.
            return true;
        }

        return await UnjudgeableAsync(statement.Text, cancel) is not null || RunsEarly(await AnalyzeAsync(AskedOf(statement), context.Current!));
    }

    private static Asked AskedOf(PreparedStatement statement) => new(statement.Text, true, [], statement);

    // What runs at Parse runs again at Bind, when names have moved since.
    private static bool RunsEarly(SqlAnalysis analysis) => analysis.Has(static only => only.Command.PlansCode || only.Command.ParsesCode || !only.Facts.Understood);

    /// <summary>It was decided on at Bind, and was sent.</summary>
    public void Bound(Portal portal) => JustBound = portal;

    /// <summary>Something else comes than its Execute: what planning it moved is asked for.</summary>
    public void FollowBound()
    {
        if (JustBound is not { } portal) return;
        JustBound = null;
        Sent(portal.Running!);
    }

    /// <summary>Whether what was decided at Bind is good for its Execute: policy, masks, names and what they stand for are as they were.</summary>
    public async ValueTask<bool> StandsAsync(Portal portal, RunningOperation bound, CancellationToken cancel) =>
        portal.Bound?.Own == Names && session.Gate.IsCurrent(bound.Permit)
        && await MeansTheSameAsync(new Judgement(portal.Asked, default, bound.Analysis, bound.Context, false, 0, false, 0), cancel);

    /// <summary>Whether the further rows of a portal come about as was judged: its plan keeps to its names, the functions that it calls go by those of now.</summary>
    public async ValueTask<bool> GoesOnAsync(Portal portal, RunningOperation running, CancellationToken cancel) =>
        session.Gate.PassesEverything || running.Context is null || !running.Analysis.Has(static statement => statement.CallsCode)
        || portal.Bound?.Own == Names && await MeansTheSameAsync(new Judgement(portal.Asked, default, running.Analysis, running.Context, false, 0, false, 0), cancel);

    private static Refusal NoNames(TargetUnavailableException e) => new(RefusalCode.TargetUnavailable, null,
        "the target's names could not be read, so the statement is refused", e.Message, "Try again in a moment, or ask an administrator to check the target.");

    /// <summary>Refuses text that the server would read otherwise than we do.</summary>
    public Refusal? TextRefusal(string text)
    {
        if (session.Text.AreSafe) return session.Text.OtherEncoding is { } encoding ? NameRefusal(encoding, text) : null;
        lock (session.Lock)
        {
            if (session.Text.AreSafe || session.Gate.PassesEverything || PutsTextRight(text)) return null;
            return new Refusal(RefusalCode.ProtocolNotAllowed, null, session.Text.Problem,
                "The server would read a statement's text otherwise than the gateway does.", "RESET client_encoding; SET standard_conforming_strings = on; or ROLLBACK.");
        }
    }

    private Refusal? NameRefusal(string encoding, string text) => session.Gate.PassesEverything || ServerNames.Problem(encoding, text) is not { } problem ? null
        : new(RefusalCode.ProtocolNotAllowed, null, problem, "The server would read the name otherwise than the gateway does.", "Quote the name, shorten it, or use another.");

    public async ValueTask<Judgement> JudgeAsync(Asked asked, CancellationToken cancel)
    {
        var now = session.Services.Clock.GetTimestamp();
        if (session.Gate.PassesEverything) return await PassAsync(asked, now, cancel);
        var (since, settled) = NamesNow(asked.Bound);
        var (analysis, refusal) = await ReadAsync(asked, cancel);
        if (refusal is null && await session.NamesInUse.AwaitAsync(analysis, cancel))
        {
            (since, settled) = NamesNow(asked.Bound);
            (analysis, refusal) = await ReadAsync(asked, cancel);
        }

        if (refusal is null && !IsPlannedAs(asked, analysis, context.Current!)) refusal = PortalRefusals.NamesMoved;
        if (refusal is not null) return new Judgement(asked, refusal, Unread(asked.Text), null!, true, since, settled, now);
        var current = context.Current!;
        if (!settled && asked.Bound is { Context: not null } && analysis.Has(static statement => statement.Stores))
        {
            // It was planned by names as somebody had them for a moment, and may keep what nobody may see: judged as if no name were known.
            current = current with { Catalog = CatalogSnapshot.Changed };
            analysis = await AnalyzeAsync(asked, current);
        }

        analysis = await deferred.LookAgainAsync(analysis, current, open, cancel);
        var insight = PreviewSubject.For(session, analysis, current, asked.Values, context.UncommittedDdl);
        var said = Said.Merge(asked.Readable ? JustificationComment.Of(asked.Text) : null, context.Justification);
        var operation = PostgresOperations.Create(analysis, asked.Text, asked.Values, session, insight, context.Namespace, said, effectsKnown: !context.NamesUnseen);
        var answer = await session.Gate.AskAsync(operation, cancel);
        if (answer.Permit is { } permit) await session.NamesInUse.MakeRoomAsync(permit, analysis, cancel);
        return new Judgement(asked, answer, analysis, current, context.NamesUnseen, since, settled, now) { Deferred = deferred.RunBy(analysis) };
    }

    /// <returns>What it says by the names of now; with a refusal nothing that counts.</returns>
    private async ValueTask<(SqlAnalysis, Refusal?)> ReadAsync(Asked asked, CancellationToken cancel)
    {
        if (await UnjudgeableAsync(asked.Text, cancel) is { } refusal) return (null!, refusal);
        var analysis = await AnalyzeAsync(asked, context.Current!);
        return analysis.Has(static statement => statement.Facts.NamesUnknown) ? await LookAgainAsync(asked, analysis, cancel) : (analysis, null);
    }

    // Somebody may have made the names past Hoop that the statement lacks. What the open transaction sees was read in it.
    private async ValueTask<(SqlAnalysis, Refusal?)> LookAgainAsync(Asked asked, SqlAnalysis analysis, CancellationToken cancel)
    {
        var known = context.Current!;
        if (context.HasOwnNames || Failed || !await session.Services.Catalog.LookAgainAsync(session.Gate.Target, session.Gate.PrincipalId, known.Catalog, cancel)) return (analysis, null);
        var refusal = await UnjudgeableAsync(asked.Text, cancel);
        return (refusal is not null || ReferenceEquals(known, context.Current) ? analysis : await AnalyzeAsync(asked, context.Current!), refusal);
    }

    // A long text takes its time, and a loop's other sessions should not wait for it.
    private ValueTask<SqlAnalysis> AnalyzeAsync(Asked asked, SqlContext names) =>
        asked.Text.Length <= LongText ? new(Analyze(asked, names)) : new(AnalyzeElsewhereAsync(asked, names));

    private Task<SqlAnalysis> AnalyzeElsewhereAsync(Asked asked, SqlContext names) => Task.Run(() => Analyze(asked, names));

    private SqlAnalysis Analyze(in Asked asked, SqlContext names) =>
        !asked.Readable ? Unread(asked.Text) : asked.Prepared?.Analyze(session.Services.Analyze, names) ?? session.Services.Analyze(asked.Text, names);

    /// <summary>Everything may pass unmasked: the server need not be asked what names stand for, and the text need not be ours to read.</summary>
    private async ValueTask<Judgement> PassAsync(Asked asked, long now, CancellationToken cancel)
    {
        var names = context.ForTheRecord;
        var analysis = (session.Replicates ? ReplicationCommands.Read(asked.Text) : null) ?? (session.Text.AreSafe ? await AnalyzeAsync(asked, names) : Unread(asked.Text));
        var answer = await session.Gate.AskAsync(PostgresOperations.Create(analysis, asked.Text, asked.Values, session, null), cancel);
        if (answer.Refusal is null && (answer.Permit is not { } permit || !session.Gate.PassedEverything(permit)))
        {
            await TakeBackAsync(answer);
            answer = PolicyMoved;
        }

        return new Judgement(asked, answer, analysis, names, true, 0, false, now);
    }

    private async ValueTask TakeBackAsync(GateAnswer answer)
    {
        // New documents came in between: what was looked at so lightly is not for them to judge.
        if (answer.Permit is { } stale) session.Gate.Complete(stale, new OperationResult(false, "not run: the policy changed", 0, 0, TimeSpan.Zero, []));
        if (answer.Hold is { } hold) await hold.WithdrawAsync("policy changed");
    }

    /// <summary>
    /// The server reads a statement's names at Parse and plans it at Bind, where it calls functions and looks at statistics: what would be
    /// refused whatever its values does not get that far. What depends on the session's state at Execute (EXECUTE, FETCH, commands) is judged there alone.
    /// </summary>
    public async ValueTask<Refusal?> ForeseeAsync(PreparedStatement statement, CancellationToken cancel)
    {
        if (session.Gate.PassesEverything || Failed) return null;
        var (analysis, refusal) = await ReadAsync(AskedOf(statement), cancel);
        if (refusal is not null) return refusal;
        var names = context.Current;
        if (analysis.Statements is [{ Command: { Kind: SqlCommandKind.Other or SqlCommandKind.Ddl } or { Kind: SqlCommandKind.Explain or SqlCommandKind.Declare, Inner.Command.Kind: SqlCommandKind.Other or SqlCommandKind.Ddl } }])
            refusal = await session.Gate.ForeseeAsync(PostgresOperations.Create(analysis, statement.Text, [], session, null), analysis.Statements[0].Command.ParsesCode, cancel);
        // What it runs at Parse, nobody follows.
        if (analysis.Statements.Any(static only => only.Command.ParsesCode)) session.OwnTables.Doubt();
        if (refusal is null) statement.ForeseenIn = names;
        return refusal;
    }

    /// <summary>When names have moved since Parse, the server reads the statement again to describe it.</summary>
    public async ValueTask<Refusal?> ForeseeAgainAsync(PreparedStatement statement, bool open, CancellationToken cancel)
    {
        await SettleAsync(open, cancel);
        return ReferenceEquals(statement.ForeseenIn, context.Current) ? null : await ForeseeAsync(statement, cancel);
    }

    // Whether it would still touch and show what it would have then.
    private async ValueTask<bool> MeansTheSameAsync(Judgement judgement, CancellationToken cancel)
    {
        try
        {
            await FollowAsync(cancel);
        }
        catch (TargetUnavailableException)
        {
            return false;
        }

        if (context.MustAsk) await SettleAsync(open, cancel);
        if (context.MustAsk) return false;
        context.Doubt();
        var current = context.Current!;
        return AreSame(current, judgement.Context) || PostgresOperations.AreSame(judgement.Analysis, Analyze(judgement.Asked, current));
    }

    /// <summary>What waited is permitted: whether it still means the same, and may be sent.</summary>
    /// <param name="renewed">What is to be sent, as of now.</param>
    public async ValueTask<bool> AgainAsync(Judgement judgement, Permit permit, Action<Judgement> renewed, CancellationToken cancel)
    {
        await session.NamesInUse.AwaitAsync(judgement.Analysis, cancel);
        var (since, settled) = NamesNow(judgement.Asked.Bound);
        var now = judgement with { Since = since, Settled = settled };
        if (!await MeansTheSameAsync(now, cancel)) return false;
        await session.NamesInUse.MakeRoomAsync(permit, now.Analysis, cancel);
        renewed(now);
        return true;
    }

    // What was planned at Bind may be of names as others left them for a moment: then it is as if they were changing.
    private (long Since, bool Settled) NamesNow(BoundNames? bound)
    {
        var (since, now) = (session.Claims.Count, session.Claims.Settled(session.NamesChange));
        return (since, now is not null && (bound is not { Context: not null } || bound.Changes == now));
    }

    private bool IsPlannedAs(in Asked asked, SqlAnalysis analysis, SqlContext current) =>
        asked.Bound?.Context is not { } bound || AreSame(bound, current) || PostgresOperations.AreSame(Analyze(asked, bound), analysis);

    private static bool AreSame(SqlContext one, SqlContext other) =>
        ReferenceEquals(one, other) || ReferenceEquals(one.Catalog, other.Catalog) && ReferenceEquals(one.Temporary, other.Temporary);

    private async ValueTask<Refusal?> UnjudgeableAsync(string text, CancellationToken cancel)
    {
        try
        {
            await FollowAsync(cancel);
        }
        catch (TargetUnavailableException e)
        {
            return NoNames(e);
        }

        if (context.MustAsk) await SettleAsync(open, cancel);
        context.Doubt();
        return context.Current is null || context.MustAsk && !Failed ? namesProblem ?? StateUnknown : TextRefusal(text);
    }

    // What the open transaction changed is seen by nobody else, and what others change cannot hide it.
    private ValueTask FollowAsync(CancellationToken cancel)
    {
        if (context.HasOwnNames) return default;
        var names = session.Services.Catalog.GetAsync(session.Gate.Target, cancel);
        if (!names.IsCompletedSuccessfully) return FollowAsync(names);
        context.Use(names.Result);
        return default;
    }

    private async ValueTask FollowAsync(ValueTask<CatalogSnapshot> names) => context.Use(await names);

    // Pure ASCII without backslashes reads the same in every client encoding and string mode.
    private bool PutsTextRight(string text)
    {
        if (context.Current is not { } current || text.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0 || text.Contains('\\')) return false;
        return session.Services.Analyze(text, current).Statements.All(statement => statement.Command.Kind switch
        {
            SqlCommandKind.Set or SqlCommandKind.Reset => statement.Command.Name is null or "all" || TextSettings.Governs(statement.Command.Name),
            SqlCommandKind.Rollback or SqlCommandKind.RollbackTo or SqlCommandKind.Discard or SqlCommandKind.Empty => true,
            _ => false,
        });
    }

    private static SqlAnalysis Unread(string text) => PostgresOperations.NotUnderstood(text, "the statement's text could not be read");

    private static readonly Refusal PolicyMoved = new(RefusalCode.Withdrawn, null, "the policy changed while the statement was looked at, so it did not run",
        "It is to be judged by the new policy.", "Send it again.");

    private static readonly Refusal StateUnknown = new(RefusalCode.Internal, null, "the session's state could not be read from the server, so the statement is refused",
        "Its names cannot be resolved as the server would.", "Send it again; if that fails too, ROLLBACK or reconnect.");
}
