using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>Which statements a row limit concerns, and what the server tells of the rows they change.</summary>
internal static class RowLimitedStatements
{
    /// <summary>Of code that nobody follows: it may open cursors.</summary>
    internal const Effects Unseen = Effects.Dynamic | Effects.Unknown;

    private const Effects Counted = Effects.Read | Effects.Write | Effects.MassWrite | Unseen;

    // Effects of which the tag of an INSERT, UPDATE, DELETE, MERGE or COPY tells everything.
    private const Effects Plain = Effects.Read | Effects.Write | Effects.MassWrite | Effects.Lock;

    private static readonly string[] Changes = ["insert", "update", "delete", "merge"];

    /// <summary>False for what neither changes nor returns rows: session and transaction control, schema changes, VACUUM and the like.</summary>
    internal static bool Concerns(SqlStatement statement) => statement.Command.Kind switch
    {
        SqlCommandKind.Other or SqlCommandKind.Execute or SqlCommandKind.Declare or SqlCommandKind.CopyIn or SqlCommandKind.CopyOut or SqlCommandKind.Explain =>
            !statement.Facts.Understood || (statement.Facts.Effects & Counted) != 0,
        // It has no effects of its own: the limit is its cursor's.
        SqlCommandKind.Fetch => true,
        // CREATE TABLE AS and SELECT INTO; DO, CALL and SELECT of unknown functions. What cannot run in a transaction is none of them.
        SqlCommandKind.Ddl => (statement.Facts.Effects & Effects.Write) != 0
            || (statement.Facts.Effects & Effects.Ddl) == 0 && (statement.Facts.Effects & Counted) != 0,
        _ => false,
    };

    internal static bool MayWrite(SqlAnalysis analysis) => analysis.Statements.Any(MayWrite);

    internal static bool HideChanges(SqlAnalysis analysis) => analysis.Statements.Any(statement => Concerns(statement) && MayWrite(statement) && !TagTells(statement));

    /// <summary>Null when the limit can be kept.</summary>
    /// <param name="whole">It is a string, all of which runs.</param>
    internal static string? Problem(SqlAnalysis analysis, bool whole)
    {
        if (analysis.Statements.Any(static statement => statement.Command is { Kind: SqlCommandKind.Declare, Outlives: true } && MayWrite(statement)))
            return "a cursor WITH HOLD of what may change rows changes them when the transaction is committed";
        if (!whole) return null;
        if (analysis.Error is not null) return "it cannot be parsed";
        return analysis.Statements.Count > 1 && analysis.Statements.Any(EndsOrBeginsTransactions) ? "it has transaction control among its statements" : null;
    }

    /// <summary>It may commit half-way by itself when no transaction is open.</summary>
    internal static bool MayCommit(SqlAnalysis analysis) => analysis.Statements.Any(statement => statement.Facts.Accesses.Any(access => access.Verb is "call" or "do"));

    // What a cursor runs is known where its rows are shown.
    private static bool MayWrite(SqlStatement statement) => statement.Command.Kind == SqlCommandKind.Fetch ? statement.Command.Inner is not { } inner || MayWrite(inner) : !statement.Facts.Understood || (statement.Facts.Effects & ~(Effects.Read | Effects.Lock)) != 0;

    private static bool TagTells(SqlStatement statement)
    {
        if (!statement.Facts.Understood || (statement.Facts.Effects & ~Plain) != 0) return false;
        // A WITH in front may hide changes of its own.
        return statement.Command.Kind == SqlCommandKind.CopyIn
            || statement.Command.Kind == SqlCommandKind.Other && Changes.Any(verb => statement.Text.TrimStart().StartsWith(verb, StringComparison.OrdinalIgnoreCase));
    }

    private static bool EndsOrBeginsTransactions(SqlStatement statement) => statement.Command.Kind is SqlCommandKind.Begin or SqlCommandKind.Commit
        or SqlCommandKind.Rollback or SqlCommandKind.Savepoint or SqlCommandKind.RollbackTo or SqlCommandKind.Release or SqlCommandKind.PrepareTransaction;
}
