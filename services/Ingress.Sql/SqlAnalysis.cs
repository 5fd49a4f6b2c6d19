using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Lineage;
using Hoop.Ingress.Sql.Secrets;
using Hoop.Ingress.Sql.Understanding;

namespace Hoop.Ingress.Sql;

/// <summary>A whole query string, understood. Immutable and shared between sessions.</summary>
/// <param name="Error">Null when it parsed. Else the parser's message; then there is one statement, not understood.</param>
public sealed record SqlAnalysis(IReadOnlyList<SqlStatement> Statements, string? Error)
{
    /// <summary>Of any of its statements; for each text that runs, so without an enumerator.</summary>
    public bool Has(Func<SqlStatement, bool> what)
    {
        for (var i = 0; i < Statements.Count; i++)
        {
            if (what(Statements[i])) return true;
        }

        return false;
    }

    /// <summary>What of the text nobody may be shown; null: nothing.</summary>
    public SqlSecrets? Secrets { get; init; }

    /// <summary>Its rows may hold what a function decrypted: its own, a view's, or one that stored code calls. So may those of a text that was not understood and speaks of secrets.</summary>
    public bool Decrypts => Error is not null && Secrets is not null || Statements.Any(static statement =>
        CallsDecryption(statement) || statement.Command.Kind == SqlCommandKind.Fetch && (statement.Command.Inner is not { } cursor || CallsDecryption(cursor)));

    private static bool CallsDecryption(SqlStatement statement) => statement.Facts.Accesses.Any(
        static access => access.Kind == "function" && SecretNames.Decrypts(access.Name.AsSpan(access.Name.LastIndexOf('.') + 1)));
}

/// <summary>One statement of a query string.</summary>
public sealed record SqlStatement
{
    /// <summary>Its text, without the separator.</summary>
    public required string Text { get; init; }

    public required OperationFacts Facts { get; init; }

    /// <summary>The columns it returns; null when it returns none or they are only known at run time (then treat every column as opaque).</summary>
    public IReadOnlyList<ResultColumn>? Result { get; init; }

    /// <summary>What the session must know to follow the server's state.</summary>
    public required SqlCommand Command { get; init; }

    /// <summary>Numbers of parameters whose values are secrets.</summary>
    public IReadOnlyList<int> SecretParameters { get; init; } = [];

    /// <summary>It means the same whatever else is changed: it names nothing, or, as what a driver asks when it connects, what every database has.</summary>
    public bool NamesTheSystemAlone => Facts.Accesses.All(access => SystemRelations.Hold(access.Name) || Command.Kind == SqlCommandKind.CopyOut && Facts.Understood && access == Nothing);

    /// <summary>It calls functions that do more than compute: in what it is read from later, they go by the names of then.</summary>
    public bool CallsCode
    {
        get
        {
            for (var i = 0; i < Facts.Accesses.Count; i++)
            {
                if (Facts.Accesses[i].Kind == "function") return true;
            }

            return false;
        }
    }

    /// <summary>It makes functions, operators, casts or types, by whatever name.</summary>
    public bool MakesCode => (Facts.Effects & Effects.Ddl) != 0 && Facts.Accesses.Any(static access => access.Kind is "function" or "type" or "other");

    /// <summary>Stands for the objects of what names none, and yet is more than plumbing.</summary>
    internal static readonly ObjectAccess Nothing = new("*", "other", "*");

    /// <summary>It keeps what it reads of some column.</summary>
    public bool Stores
    {
        get
        {
            for (var i = 0; i < Facts.ColumnUses.Count; i++)
            {
                if (Facts.ColumnUses[i].Kind == ColumnUseKind.Stored) return true;
            }

            return false;
        }
    }

    /// <summary>The same when nobody can tell what its names stand for.</summary>
    public SqlStatement Doubted() => this with
    {
        Facts = Facts with { Understood = false, Plumbing = false, Effects = Facts.Effects | Effects.Unknown, ColumnUses = LineageResolver.AnyUse },
    };

    /// <summary>The same with parameters of types that are not PostgreSQL's own: what = says by their rules is not known.</summary>
    public SqlStatement WithForeignParameters() => this with
    {
        Facts = Facts with { ColumnUses = [.. Facts.ColumnUses.Select(static use => use.Kind == ColumnUseKind.Equality ? use with { Kind = ColumnUseKind.Other } : use)] },
    };

    /// <summary>The same with casts that nobody wrote down and that read tables: any value may be what they read.</summary>
    internal SqlStatement WithUnseenCasts() => this with
    {
        Result = Result?.Select(static c => c with { Opaque = true }).ToArray(),
        Facts = Facts.ColumnUses.Count > 0 || (Facts.Effects & Effects.Write) != 0 ? Facts with { ColumnUses = [.. Facts.ColumnUses, .. LineageResolver.AnyUse] } : Facts,
    };
}

/// <summary>What a statement does to the session's own state. <see cref="SqlCommandKind.Other"/> for most.</summary>
/// <param name="Name">Prepared statement, cursor or setting name; upper or lower case as the server folds it; null for ALL.</param>
/// <param name="Value">For SET: the value as text (list items joined by <c>, </c>), null for DEFAULT. For SET, <c>Local</c> says whether it ends with the transaction.</param>
/// <param name="Inner">For PREPARE, DECLARE and EXPLAIN: the statement inside.</param>
public sealed record SqlCommand(
    SqlCommandKind Kind, string? Name = null, string? Value = null, bool Local = false, SqlStatement? Inner = null)
{
    public static readonly SqlCommand Other = new(SqlCommandKind.Other);

    /// <summary>With it, or with a part of it, a transaction is over: what it changed may be as before.</summary>
    public bool EndsTransaction => Kind is SqlCommandKind.Commit or SqlCommandKind.Rollback or SqlCommandKind.RollbackTo or SqlCommandKind.PrepareTransaction;

    /// <summary>For DECLARE: WITH HOLD. What is left of the query runs with the COMMIT.</summary>
    public bool Outlives { get; init; }

    /// <summary>Functions of triggers that it may set off for the end of the transaction.</summary>
    public IReadOnlyList<string> Deferred { get; init; } = [];

    /// <summary>The texts of the prepared statements that it executes, as PREPARE: its own text says no more of them than their names.</summary>
    public IReadOnlyList<string> Executes { get; init; } = [];

    /// <summary>What waited for the end of the transaction may run with it.</summary>
    public bool RunsDeferred => Kind is SqlCommandKind.Commit or SqlCommandKind.PrepareTransaction or SqlCommandKind.SetConstraints;

    /// <summary>Planning it may run code of the database's own: functions of constants and parameters, also those behind operators, casts and types.</summary>
    public bool PlansCode { get; init; }

    /// <summary>Parsing it may, where a constant is of a type whose domains are checked at once: within arrays, rows and ranges.</summary>
    public bool ParsesCode { get; init; }

    /// <summary>It brings code that was followed to its last expression: what the code says and keeps is of the columns in the statement's uses, and of no others.</summary>
    public bool IsFollowedCode { get; init; }

    /// <summary>DDL after which every name means what it meant: of an index, statistics, a comment.</summary>
    public bool KeepsNames { get; init; }

    /// <summary>What it gives a relation, a function or the like as its name from now on, without the schema.</summary>
    public string? NewName { get; init; }

    /// <summary>For COPY: its options by name, lower case; a null value is an option without one.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Options { get; init; } = [];
}

public enum SqlCommandKind
{
    Other, Empty,
    Begin, Commit, Rollback, Savepoint, RollbackTo, Release, PrepareTransaction, SetConstraints,
    Set, Reset, Show, Discard,
    Prepare, Execute, Deallocate,
    Declare, Fetch, CloseCursor,
    CopyIn, CopyOut, Explain, Listen, Unlisten, Notify,
    /// <summary>DDL or anything else that may change the catalog: the snapshot is refreshed after it.</summary>
    Ddl,
}
