using Hoop.Ingress.Catalog;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>
/// What a statement does was judged by what its names stand for, and the server looks them up when it has their locks, which may be long after. Until it is answered others may not have them
/// stand for something else: a second session would have it do what no rule permits, and keep what a mask hides.
/// </summary>
internal sealed class NamesInUse(RelaySession session)
{
    private readonly List<RunningOperation> uses = [];
    private bool begun;
    private bool asked;

    private NameClaims Claims => session.Claims;

    private TimeSpan Patience => session.Services.Options.NamesTimeout;

    /// <summary>Before it is judged: waits for those who are changing its names.</summary>
    /// <returns>True: it did, and they may stand for something else now.</returns>
    public ValueTask<bool> AwaitAsync(SqlAnalysis analysis, CancellationToken cancel) => Claims.IsIdle ? default : WaitAsync(new Judged(analysis, Keeps(analysis, session.Gate.CurrentMasks is { HasColumnMasks: true })), cancel);

    /// <summary>Once it is permitted: if it changes names, waits for those who use them.</summary>
    public ValueTask MakeRoomAsync(Permit permit, SqlAnalysis analysis, CancellationToken cancel)
    {
        var moves = analysis.Has(NameChanges.Others);
        if (!moves && (session.NamesChange is null || session.TransactionStatus == ReadyForQuery.Failed || !analysis.Has(static statement => MayCommit(statement)))) return default;
        return session.Gate.PassedEverything(permit) ? default : MakeRoomAsync(analysis, moves, cancel);
    }

    /// <summary>Before it is sent.</summary>
    /// <returns>Why it may not be; null: it may.</returns>
    public Refusal? Claim(RunningOperation operation)
    {
        // Of somebody whom nothing is kept from, no decision hangs on names.
        if (session.Gate.PassedEverything(operation.Permit)) return null;
        if (asked && session.NamesChange is { } change && Claims.IsUsed(change)) return Used;
        operation.Keeps = Keeps(operation.Analysis, session.Gate.MasksFor(operation.Permit) is { HasColumnMasks: true });
        lock (session.Lock)
        {
            if (!Claims.TryUse(operation, session, operation.Since)) return Changed;
            uses.Add(operation);
        }

        (asked, begun) = (false, false);
        return null;
    }

    /// <summary>It is not sent after all.</summary>
    public void Forgo()
    {
        if (begun) session.EndNamesChange();
        (asked, begun) = (false, false);
    }

    /// <summary>Under the session's lock: it was answered.</summary>
    public void End(RunningOperation operation)
    {
        if (uses.Remove(operation)) Claims.EndUse(operation);
    }

    /// <summary>Some were not answered, and the server may yet run them.</summary>
    public bool Any
    {
        get
        {
            lock (session.Lock) return uses.Count > 0;
        }
    }

    public void EndAll()
    {
        lock (session.Lock)
        {
            foreach (var use in uses) Claims.EndUse(use);
            uses.Clear();
        }
    }

    private async ValueTask<bool> WaitAsync(Judged names, CancellationToken cancel)
    {
        if (Claims.IsFree(names, session)) return false;
        await session.Upstream.Output.FlushAsync(cancel);
        await Claims.UnchangingAsync(names, session, Patience, cancel);
        return true;
    }

    private async ValueTask MakeRoomAsync(SqlAnalysis analysis, bool moves, CancellationToken cancel)
    {
        begun = session.BeginNamesChange();
        asked = true;
        var change = session.NamesChange!;
        if (moves) change.Add(NameChanges.Of(analysis.Statements));
        change.MayCommit = !session.IsSurelyInTransaction || analysis.Has(static statement => MayCommit(statement));
        if (!Claims.IsUsed(change)) return;
        await session.Upstream.Output.FlushAsync(cancel);
        await Claims.UnusedAsync(change, Patience, cancel);
    }

    private static bool MayCommit(SqlStatement statement) => statement.Command.Kind is SqlCommandKind.Commit or SqlCommandKind.PrepareTransaction || !statement.Facts.Understood;

    private static bool Keeps(SqlAnalysis analysis, bool masked) => masked && analysis.Has(static statement => statement.Stores);

    private static readonly Refusal Used = new(RefusalCode.InUse, null, "another session's statement is using what this one would change",
        "It was judged by what the name stands for now, and the server may look it up only when it has its locks.", "Send it again when that statement has ended.");

    private static readonly Refusal Changed = new(RefusalCode.InUse, null, "another session is changing what this statement names",
        "It was judged by what the names stood for before.", "Send it again when that change is committed or taken back.");

    private sealed record Judged(SqlAnalysis Analysis, bool Keeps) : INamesUse
    {
        public bool Needs(MovedNames names) => Analysis.Has(names.Concern);
    }
}
