using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>Operators that somebody defined, wherever the grammar has one: an operator outside <c>pg_catalog</c> is somebody's function.</summary>
static class OperatorCalls
{
    /// <summary>An expression with an operator between its sides.</summary>
    public static void Visit(JsonElement expression, StatementWalk walk, CteScope? scope)
    {
        Named(expression.Names("name"), walk);
        walk.VisitFields(expression, scope, "name");
    }

    /// <summary><c>x === ANY (SELECT …)</c>; IN says = by itself.</summary>
    public static void Subquery(JsonElement link, StatementWalk walk)
    {
        if (link.Names("operName") is { Count: > 0 } names) Named(names, walk);
        else if (link.Text("subLinkType") is "ANY_SUBLINK" or "ALL_SUBLINK") Bare("=", walk);
    }

    /// <summary><c>CASE x WHEN y</c> compares.</summary>
    public static void Case(JsonElement body, StatementWalk walk)
    {
        if (body.Field("arg") is not null) Bare("=", walk);
    }

    /// <summary>USING and NATURAL compare.</summary>
    public static void Join(JsonElement join, StatementWalk walk)
    {
        if (join.Field("usingClause") is not null || join.Flag("isNatural")) Bare("=", walk);
    }

    /// <summary><c>ORDER BY x USING operator</c>.</summary>
    public static void Sort(JsonElement sort, StatementWalk walk) => Named(sort.Names("useOp"), walk);

    static void Named(List<string> names, StatementWalk walk)
    {
        if (names is [.., var schema, var symbol])
        {
            if (schema == "pg_catalog") return;
            walk.Access("execute", "function", $"{schema}.{symbol}", E.Unknown);
            Bare(symbol, walk);
        }
        else if (names is [var bare])
            foreach (var meant in Meant(bare)) Bare(meant, walk);
    }

    static string[] Meant(string symbol) => symbol switch
    {
        "BETWEEN" or "BETWEEN SYMMETRIC" => [">=", "<="],
        "NOT BETWEEN" or "NOT BETWEEN SYMMETRIC" => ["<", ">"],
        _ => [symbol],
    };

    // Which operator is meant depends on types: a function behind one of that name counts when it could do more than compute.
    static void Bare(string symbol, StatementWalk walk)
    {
        if (walk.Context.Catalog.Operators.Count == 0) return;
        foreach (var function in walk.Context.Catalog.Operators.GetValueOrDefault(symbol, []))
        {
            walk.Types.Add(null);
            var dot = function.LastIndexOf('.');
            var (schema, name) = (function[..dot], function[(dot + 1)..]);
            var overloads = walk.Names.Functions(schema, name);
            var computes = overloads.Count > 0 && overloads.All(f => f is { Language: "c" or "internal", Volatility: not 'v', SecurityDefiner: false });
            if (schema != "pg_catalog" && !computes || FunctionTable.Reaches(name, out _)) FunctionCalls.Call(schema, name, walk);
        }
    }
}
