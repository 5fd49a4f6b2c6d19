using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Understanding.Stored;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>What the open transaction set off for its end. Once names have moved, or code was replaced, that is looked at again before it runs.</summary>
internal sealed class DeferredCode(RelaySession session, OwnQueries own)
{
    /// <summary>By function: what its names stood for when it was last looked at.</summary>
    private readonly Dictionary<string, SqlContext> setOff = new(StringComparer.Ordinal);

    /// <summary>Cursors WITH HOLD that call functions, and what they meant when they were declared.</summary>
    private readonly List<(SqlStatement Declared, SqlContext Then)> held = [];

    /// <summary>These statements are on their way to the server.</summary>
    public void Sent(RunningOperation operation)
    {
        for (var i = 0; i < operation.Analysis.Statements.Count; i++)
        {
            var statement = operation.Analysis.Statements[i];
            for (var j = 0; j < statement.Command.Deferred.Count; j++) setOff[statement.Command.Deferred[j]] = operation.Context;
            if (statement.Command.Kind is SqlCommandKind.Commit or SqlCommandKind.Rollback or SqlCommandKind.PrepareTransaction) Forget();
            else if (statement.Command.Outlives && statement.CallsCode) held.Add((statement, operation.Context));
        }
    }

    /// <summary>With what the statements run besides by now.</summary>
    /// <param name="open">Extended requests were sent since the last Sync.</param>
    public ValueTask<SqlAnalysis> LookAgainAsync(SqlAnalysis analysis, SqlContext now, bool open, CancellationToken cancel) =>
        setOff.Count == 0 && held.Count == 0 || !analysis.Statements.Any(static statement => statement.Command.RunsDeferred || Moves(statement)) ? new(analysis) : LookAsync(analysis, now, open, cancel);

    /// <summary>The functions that the statements run besides what they name.</summary>
    public IReadOnlyCollection<string> RunBy(SqlAnalysis analysis) => setOff.Count > 0 && analysis.Has(static statement => statement.Command.RunsDeferred) ? [.. setOff.Keys] : [];

    /// <summary>In one string, something is set off for the end of the transaction, which may be the string's, and meant otherwise by then.</summary>
    public static bool MovesUnderway(IReadOnlyList<SqlStatement> statements)
    {
        var setOff = false;
        for (var i = 0; i < statements.Count; i++)
        {
            if (setOff && Moves(statements[i])) return true;
            setOff |= statements[i].Command.Deferred.Count > 0;
        }

        return false;
    }

    private async ValueTask<SqlAnalysis> LookAsync(SqlAnalysis analysis, SqlContext now, bool open, CancellationToken cancel)
    {
        await own.DrainAsync(open, cancel);
        var idle = session.TransactionStatus == ReadyForQuery.Idle;
        if (idle && !open)
        {
            Forget();
            return analysis;
        }

        // A transaction that nobody began ends with the Sync, which nobody judges.
        return analysis with
        {
            Statements = [.. analysis.Statements.Select(statement =>
                statement.Command.Kind == SqlCommandKind.Commit && held.Any(cursor => IsMoved(cursor.Declared, cursor.Then, now)) ? statement.Doubted()
                : statement.Command.RunsDeferred ? DeferredTriggers.Run(statement, setOff.Select(static one => (one.Key, one.Value)), now)
                : idle && Moves(statement) ? statement.Doubted() : statement)],
        };
    }

    private void Forget()
    {
        setOff.Clear();
        held.Clear();
    }

    private bool IsMoved(SqlStatement declared, SqlContext then, SqlContext now) =>
        !ReferenceEquals(then, now) && !(session.Services.Analyze(declared.Text, now) is { Statements: [var only] } && PostgresOperations.AreSame(declared, only));

    private static bool Moves(SqlStatement statement) =>
        (statement.Facts.Effects & PostgresOperations.Moving) != 0 || !statement.Facts.Understood || statement.Command.Kind == SqlCommandKind.Discard
        || statement.Command.Kind is SqlCommandKind.Set or SqlCommandKind.Reset && SessionContext.NamesPath(statement.Command.Name);
}
