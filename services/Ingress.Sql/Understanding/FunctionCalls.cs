using System.Text.Json;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>Functions that a statement calls, by name, by operator and in attribute notation.</summary>
static class FunctionCalls
{
    public static void Visit(JsonElement call, StatementWalk walk, CteScope? scope)
    {
        var names = call.Names("funcname");
        if (names.Count > 0)
        {
            Call(names.Count > 1 ? names[^2] : null, names[^1], walk);
        }
        walk.VisitFields(call, scope, "funcname");
    }

    /// <summary>Judges a function by its name.</summary>
    /// <param name="verb"><c>call</c> for procedures, which are named even when harmless.</param>
    public static void Call(string? schema, string name, StatementWalk walk, string verb = "execute")
    {
        var overloads = walk.Names.Functions(schema, name);
        var builtIn = schema is null or "pg_catalog" && FunctionTable.IsBuiltIn(name);
        if (FunctionTable.Reaches(name, out var effects))
        {
            var home = builtIn ? "pg_catalog" : schema ?? (overloads.Count > 0 ? overloads[0].Schema : walk.Names.CreationSchema);
            walk.Access(verb, "function", $"{home}.{name}", effects);
            return;
        }
        foreach (var f in overloads)
        {
            walk.Access(verb, "function", $"{f.Schema}.{f.Name}");
            Stored(f, walk);
        }
        if (builtIn || overloads.Count > 0) return;
        walk.Access(verb, "function", $"{schema ?? walk.Names.CreationSchema}.{name}", E.Unknown);
    }

    // Compiled functions keep their declared volatility; a body can only be trusted to compute when it is read, and only SQL is.
    static void Stored(CatalogFunction f, StatementWalk walk)
    {
        if (f.Volatility == 'v' || f.SecurityDefiner || f.Language is not ("c" or "internal" or "sql")) walk.Add(E.Unknown);
        else if (f.Language == "sql")
        {
            var body = string.IsNullOrWhiteSpace(f.Source) ? null : StoredText.Read(walk, f.Source, walk.Context.SearchPath);
            if (body is null) walk.Add(E.Unknown);
            else walk.Merge(body);
        }
    }

    /// <summary>An operator outside <c>pg_catalog</c> is somebody's function.</summary>
    public static void VisitOperator(JsonElement expression, StatementWalk walk, CteScope? scope)
    {
        if (expression.Names("name") is [.., var schema, var symbol] && schema != "pg_catalog")
            walk.Access("execute", "function", $"{schema}.{symbol}", E.Unknown);
        else if (walk.Context.Catalog.Operators.Count > 0 && expression.Names("name") is [var bare])
            foreach (var meant in bare.Contains("BETWEEN", StringComparison.Ordinal) ? [">=", "<="] : new[] { bare }) Operator(meant, walk);
        walk.VisitFields(expression, scope, "name");
    }

    // Which operator is meant depends on types: a function behind one of that name counts when it could do more than compute.
    static void Operator(string symbol, StatementWalk walk)
    {
        foreach (var function in walk.Context.Catalog.Operators.GetValueOrDefault(symbol, []))
        {
            var dot = function.LastIndexOf('.');
            var (schema, name) = (function[..dot], function[(dot + 1)..]);
            var overloads = walk.Names.Functions(schema, name);
            var computes = overloads.Count > 0 && overloads.All(f => f is { Language: "c" or "internal", Volatility: not 'v', SecurityDefiner: false });
            if (schema != "pg_catalog" && (!computes || FunctionTable.Reaches(name, out _))) Call(schema, name, walk);
        }
    }

    /// <summary><c>t.f</c> calls <c>f(t)</c> when no column has that name.</summary>
    public static void VisitColumn(JsonElement column, StatementWalk walk)
    {
        if (walk.Context.Catalog.Functions.Count > 0 && column.Names("fields") is { Count: > 1 } fields) Attribute(fields[^1], walk);
    }

    public static void VisitIndirection(JsonElement indirection, StatementWalk walk, CteScope? scope)
    {
        if (walk.Context.Catalog.Functions.Count > 0)
            foreach (var name in indirection.Names("indirection")) Attribute(name, walk);
        walk.VisitFields(indirection, scope);
    }

    static void Attribute(string name, StatementWalk walk)
    {
        if (walk.Names.Functions(null, name).Count == 0) return;
        foreach (var relation in walk.Context.Catalog.Relations.Values)
            if (relation.Columns.Any(c => c.Name == name)) return;
        Call(null, name, walk);
    }
}
