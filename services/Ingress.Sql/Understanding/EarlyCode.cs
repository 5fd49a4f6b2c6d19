using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding.Statements;
using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>What of a statement runs before it is executed: the planner calls functions to learn their values.</summary>
static class EarlyCode
{
    // What a statement does to tables, it does when it is executed.
    const E Later = E.Read | E.Write | E.MassWrite | E.Lock;

    /// <summary>Its plan has code of the database's own, or the types of its parameters do. A command has no plan before it is executed.</summary>
    public static bool Plans(JsonElement node, StatementWalk walk) =>
        MayRun(walk) && (IsPlanned(node) ? MayRun(ExplainStatement.Planned(walk, node)) : walk.Stored.ChecksValues && node.Mentions("ParamRef"));

    /// <summary>Its strings may be of types with code of the database's own.</summary>
    public static bool Parses(JsonElement node, StatementWalk walk) => walk.Stored.ChecksConstants && UntypedValues.AreStrings(node, walk);

    static bool IsPlanned(JsonElement node) => node.TryNode(out var type, out var body) && type switch
    {
        "SelectStmt" => body.Field("intoClause") is null,
        "InsertStmt" or "UpdateStmt" or "DeleteStmt" or "MergeStmt" => true,
        _ => false,
    };

    static bool MayRun(StatementWalk walk) => (walk.Effects & ~Later) != 0 || walk.Accesses.Any(IsOwn);

    static bool IsOwn(ObjectAccess access) => access.Kind == "function" && (access.Implied || !access.Name.StartsWith("pg_catalog.", StringComparison.Ordinal));
}
