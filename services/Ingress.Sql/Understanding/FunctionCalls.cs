using System.Text.Json;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>Functions that a statement calls, by name and in attribute notation.</summary>
static class FunctionCalls
{
    public static void Visit(JsonElement call, StatementWalk walk, CteScope? scope)
    {
        var names = call.Names("funcname");
        if (names.Count > 0)
        {
            Call(names.Count > 1 ? names[^2] : null, names[^1], walk);
            LaterSyntax.Visit("FuncCall", call, walk);
            if (names[^1] == "setval") Set(call, walk);
        }
        walk.VisitFields(call, scope, "funcname");
    }

    // What ALTER SEQUENCE … RESTART would do. Which sequence nextval moves is the business of whoever may insert.
    static void Set(JsonElement call, StatementWalk walk)
    {
        var named = call.Items("args").FirstOrDefault();
        while (named.ValueKind == JsonValueKind.Object && named.As("TypeCast")?.Field("arg") is { } arg) named = arg;
        if (named.ValueKind != JsonValueKind.Object || named.ConstantText() is not { } text || PgParser.Parse($"TABLE {text}") is not { Succeeded: true } parsed) return;
        using var tree = JsonDocument.Parse(parsed.Json, StoredText.Deep);
        if (tree.RootElement.Items("stmts").FirstOrDefault().Field("stmt")?.As("SelectStmt")?.Items("fromClause").FirstOrDefault().As("RangeVar") is not { } sequence) return;
        var (schema, name) = walk.Names.Relation(sequence.Text("schemaname"), sequence.Text("relname") ?? "");
        walk.Imply("update", $"{schema}.{name}");
    }

    /// <summary>Judges a function by its name.</summary>
    /// <param name="verb"><c>call</c> for procedures, which are named even when harmless.</param>
    public static void Call(string? schema, string name, StatementWalk walk, string verb = "execute")
    {
        if (FunctionTable.MakesAnyType(name)) Consequences.OfAnyType(walk);
        var overloads = walk.Names.Functions(schema, name);
        var builtIn = schema is null or "pg_catalog" && FunctionTable.IsBuiltIn(name);
        var reaches = FunctionTable.Reaches(name, out var effects);
        if (reaches)
        {
            var home = builtIn ? "pg_catalog" : schema ?? (overloads.Count > 0 ? overloads[0].Schema : walk.Names.CreationSchema);
            walk.Access(verb, "function", $"{home}.{name}", effects | FunctionTable.OfSchema(home));
            overloads.RemoveAll(static f => f.Language is "c" or "internal"); // an extension's own; others only share the name
        }
        if (schema is not null) walk.Add(FunctionTable.OfSchema(schema));
        foreach (var f in overloads)
        {
            if (f is { Oid: < CatalogRelation.FirstOfOthers and > 0, Schema: "information_schema" }) continue; // they compute, and look names up
            walk.Add(FunctionTable.OfSchema(f.Schema));
            if (KnownExtensions.OnlyCompute(f)) walk.Imply(verb, $"{f.Schema}.{f.Name}", "function");
            else walk.Access(verb, "function", $"{f.Schema}.{f.Name}");
            Stored(f, walk);
        }
        if (schema is null && (!builtIn || reaches)) walk.Names.Guess(name);
        if (builtIn || reaches || overloads.Count > 0) return;
        walk.Access(verb, "function", $"{schema ?? walk.Names.CreationSchema}.{name}", E.Unknown);
    }

    // Compiled functions keep their declared volatility; others are as good as their code. A function that may change something, or acts for somebody
    // else, stays unknown until a rule names it: what its code does is reported all the same, and a block or an approve speaks of it.
    static void Stored(CatalogFunction f, StatementWalk walk)
    {
        var harmless = (f.Volatility != 'v' || KnownExtensions.OnlyCompute(f)) && !f.SecurityDefiner;
        if (!harmless) walk.Add(E.Unknown);
        if (f.Untrusted) walk.Add(E.CodeExec | E.Unknown);
        foreach (var part in f.Calls) Call(part[..part.LastIndexOf('.')], part[(part.LastIndexOf('.') + 1)..], walk);
        switch (f.Language)
        {
            case "sql" or "plpgsql" when StoredWork.Of(walk, f) is { } facts:
                walk.Merge(facts, implied: !harmless);
                break;
            case "c" or "internal" when f.Language == "c" || f.Calls.Count > 0: break;
            default: walk.Add(E.Unknown); break;
        }
    }

    /// <summary><c>t.f</c> calls <c>f(t)</c> when t has no such column.</summary>
    public static void VisitColumn(JsonElement column, StatementWalk walk)
    {
        if (column.Names("fields") is not { Count: > 1 } fields || column.Items("fields").Last().As("String") is null) return;
        if (ReferenceEquals(walk.Context.Catalog, CatalogSnapshot.Changed)) walk.Add(E.Unknown);
        else if (Means(fields[^1], walk) && !walk.Rows.HaveColumn(fields[^2], fields[^1]) && (walk.Rows.Have(fields[^2]) || !walk.Records.Contains(fields[^2]))) Attribute(fields[^1], walk);
    }

    /// <summary><c>(x).f</c> calls <c>f(x)</c> when x is no row with such a column.</summary>
    public static void VisitIndirection(JsonElement indirection, StatementWalk walk, CteScope? scope)
    {
        VisitAttributes(indirection, walk, null);
        walk.VisitFields(indirection, scope);
    }

    /// <param name="only">Of this name; null for all.</param>
    public static void VisitAttributes(JsonElement indirection, StatementWalk walk, string? only)
    {
        var steps = indirection.Items("indirection").ToArray();
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i].As("String")?.Text("sval") is not { } name || only is not null && name != only) continue;
            var row = i == 0 && indirection.Field("arg")?.As("ColumnRef") is { } whole ? KnownRows.NameOf(whole) : null;
            if (walk.Context.Catalog.Functions.Count == 0 && !FunctionTable.IsBuiltIn(name)) walk.Add(E.Unknown);
            else if (Means(name, walk) && (row is null || !walk.Rows.HaveField(row, name))) Attribute(name, walk);
        }
    }

    /// <summary>There is a function of this name that does more than compute, somebody's function or a type of somebody's.</summary>
    static bool Means(string name, StatementWalk walk) =>
        FunctionTable.IsBuiltIn(name) && FunctionTable.Reaches(name, out _) || walk.Names.Functions(null, name).Count > 0 || IsType(name, walk.Context.Catalog);

    static bool IsType(string name, CatalogSnapshot catalog) => catalog.Domains.ContainsKey(name) || catalog.Casts.Any(c => c.Target == name);

    static void Attribute(string name, StatementWalk walk)
    {
        if (IsType(name, walk.Context.Catalog)) Consequences.OfType(walk, name);
        if (FunctionTable.IsBuiltIn(name) || walk.Names.Functions(null, name).Count > 0) Call(null, name, walk);
    }
}
