using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Lineage;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Secrets;
using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>One statement's tree → what policy, masking and the session need to know.</summary>
static class StatementReader
{
    public const string Protocol = "postgres";

    /// <param name="sessionDependent">True when the session's prepared statements or cursors were asked.</param>
    public static SqlStatement Read(JsonElement node, string text, SqlContext context, int depth, out bool sessionDependent) =>
        Read(node, text, context, depth, new(), out sessionDependent);

    public static SqlStatement Read(JsonElement node, string text, SqlContext context, int depth, StoredWork stored, out bool sessionDependent)
    {
        var walk = new StatementWalk(context, text, depth, stored);
        if (depth > StatementWalk.MaxDepth) walk.Understood = false;
        else
        {
            walk.Visit(node, null);
            if (!walk.IsPlumbing && walk.Command.Kind is not (SqlCommandKind.Prepare or SqlCommandKind.Explain)) Consequences.OfStatement(walk);
        }
        if (context.CodeMade && MayRunCode(walk.Command.Kind) && !OnlyStores(node, walk)) walk.Understood = false;
        var plans = walk.Understood && EarlyCode.Plans(node, walk);
        var parses = EarlyCode.Parses(node, walk);
        walk.Understood &= !walk.Names.Guessed;
        sessionDependent = walk.SessionDependent || walk.Names.AskedSession;

        var (result, uses) = walk.Understood ? Columns(node, walk) : (null, LineageResolver.AnyUse);
        if (walk.Copied.Count > 0) uses = [.. uses, .. walk.Copied];
        var command = walk.Command;
        if (command.Kind == SqlCommandKind.Other && (walk.Effects & (E.Dynamic | E.Unknown)) != 0) command = new(SqlCommandKind.Ddl);
        if (plans || parses) command = command with { PlansCode = plans, ParsesCode = parses };
        if (walk.Stored.Executes.Count > 0) command = command with { Executes = [.. walk.Stored.Executes] };
        if (walk.Stored.Deferred.Count > 0) command = command with { Deferred = [.. walk.Stored.Deferred] };
        var statement = new SqlStatement
        {
            Text = text,
            Facts = new OperationFacts
            {
                Protocol = Protocol,
                Understood = walk.Understood,
                Plumbing = walk.IsPlumbing,
                NamesUnknown = walk.NamesUnknown || walk.Inner is { Facts.NamesUnknown: true },
                Accesses = walk.Accesses.Count > 0 || walk.IsPlumbing ? walk.Accesses : [SqlStatement.Nothing],
                Effects = walk.Understood ? walk.Effects : walk.Effects | E.Unknown,
                ColumnUses = uses,
                Fingerprint = command is { Kind: SqlCommandKind.Execute, Inner: { } inner } ? inner.Facts.Fingerprint : CanonicalTree.Fingerprint(node),
            },
            Result = result,
            Command = command,
            SecretParameters = depth > 0 ? SecretSearch.Of(node, context).Parameters : [],
        };
        return walk.CastsUnseen ? statement.WithUnseenCasts() : statement;
    }

    static bool MayRunCode(SqlCommandKind kind) =>
        kind is SqlCommandKind.Other or SqlCommandKind.CopyIn or SqlCommandKind.CopyOut or SqlCommandKind.Declare or SqlCommandKind.Explain or SqlCommandKind.Execute;

    // Values as they are, into tables that were made a moment ago and on which nothing hangs.
    static bool OnlyStores(JsonElement node, StatementWalk walk) =>
        node.TryNode(out var type, out _) && type == "InsertStmt" && walk.Accesses.All(a => a.Kind == "table" && walk.Context.IsPlainTable(a.Name))
        && !Code.Any(code => node.Mentions(code));

    static readonly string[] Code = ["A_Expr", "FuncCall", "TypeCast", "ColumnRef", "SubLink", "CaseExpr", "RangeVar", "A_Indirection", "OnConflictClause"];

    /// <summary>A text that says nothing: allowed, and answered by the server with EmptyQueryResponse.</summary>
    public static SqlStatement Empty(string text) => new()
    {
        Text = text,
        Facts = new() { Protocol = Protocol, Understood = true, Plumbing = true, Accesses = [], Effects = E.None, Fingerprint = CanonicalTree.Fingerprint("") },
        Command = new(SqlCommandKind.Empty),
    };

    /// <param name="shown">What of the text its fingerprint is of.</param>
    public static SqlStatement NotUnderstood(string text, string shown, string error) => new()
    {
        Text = text,
        Facts = new()
        {
            Protocol = Protocol, Understood = false, Unreadable = error, Plumbing = false, Accesses = [SqlStatement.Nothing], Effects = E.Unknown,
            ColumnUses = LineageResolver.AnyUse, Fingerprint = CanonicalTree.Fingerprint(shown),
        },
        Command = SqlCommand.Other,
    };

    static (IReadOnlyList<ResultColumn>?, IReadOnlyList<ColumnUse>) Columns(JsonElement node, StatementWalk walk)
    {
        var inner = walk.Inner;
        if (walk.CodeUses is { } brought) return (null, brought);
        switch (walk.Command.Kind)
        {
            case SqlCommandKind.Explain: return (LineageResolver.Resolve(node, walk.Context).Result, inner?.Facts.ColumnUses ?? []);
            case SqlCommandKind.Prepare: return (null, []);
            case SqlCommandKind.Declare: return (null, inner?.Facts.ColumnUses ?? []);
            case SqlCommandKind.Execute: return (inner?.Result, inner?.Facts.ColumnUses ?? []);
            case SqlCommandKind.Fetch: return (inner?.Result, []);
            case SqlCommandKind.Show: return ([ResultColumn.Constant(walk.Command.Name ?? "name")], []);
            default:
                var lineage = LineageResolver.Resolve(node, walk.Context);
                return (lineage.Result, lineage.Uses);
        }
    }
}
