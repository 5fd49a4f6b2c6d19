using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Lineage;
using Hoop.Ingress.Sql.Parsing;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Statements;

/// <summary>SQL-level prepared statements: judged when they run, with the names as they resolve then.</summary>
static class PreparedStatements
{
    public static void Prepare(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.MayBePlumbing = true;
        if (body.Field("query") is not { } query) return;
        walk.Inner = Typed(walk.ReadInner(query), body, walk);
        walk.Command = new(SqlCommandKind.Prepare, body.Text("name"), Inner: walk.Inner);
        if (walk.Inner.Command.ParsesCode) walk.Merge(walk.Inner.Facts);
    }

    public static void Execute(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.SessionDependent = true;
        walk.VisitFields(body, scope);
        var nested = walk.Command.Kind != SqlCommandKind.Other;
        var name = body.Text("name") ?? "";
        if (walk.Context.Prepared(name) is not { } prepared)
        {
            // Most likely it does not exist, but a function could have made it unseen.
            walk.Access("execute", "other", $"prepared:{name}", E.Unknown);
            return;
        }
        var inner = Again(walk, prepared);
        if (inner is null)
        {
            walk.Understood = false;
            return;
        }
        walk.MayBePlumbing = true;
        walk.Stored.Executes.Add(Parse(prepared)?.As("PrepareStmt") is null ? $"PREPARE {Quote(name)} AS {prepared.Text}" : prepared.Text);
        walk.Merge(inner.Facts);
        if (nested) Store(walk, inner);
        else
        {
            walk.Inner = inner;
            walk.Command = new(SqlCommandKind.Execute, name, Inner: inner);
        }
    }

    /// <summary>EXPLAIN EXECUTE.</summary>
    public static void Plan(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.SessionDependent = true;
        walk.VisitFields(body, scope);
        // What is not known was named when the statement inside was read.
        if (walk.Depth >= StatementWalk.MaxDepth || walk.Context.Prepared(body.Text("name") ?? "") is not { } prepared || Parse(prepared) is not { } node) walk.Add(E.Unknown);
        else
        {
            var inner = new StatementWalk(walk.Context, walk.Text, walk.Depth + 1, walk.Stored) { Plans = true, MayBePlumbing = true };
            inner.Visit(node, null);
            walk.Merge(inner);
        }
    }

    // The server plans again when the search path or a table has changed, so the text is understood again.
    static SqlStatement? Again(StatementWalk walk, SqlStatement prepared)
    {
        if (Parse(prepared) is not { } node) return null;
        if (node.As("PrepareStmt") is not { } prepare) return walk.ReadInner(node);
        // Its parameters take their types' form when it runs.
        if (prepare.Field("argtypes") is { } types) walk.Visit(types, null);
        return prepare.Field("query") is { } query ? Typed(walk.ReadInner(query), prepare, walk) : null;
    }

    static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    static JsonElement? Parse(SqlStatement prepared)
    {
        var parsed = PgParser.Parse(prepared.Text);
        if (!parsed.Succeeded) return null;
        using var tree = JsonDocument.Parse(parsed.Json, StoredText.Deep);
        return tree.RootElement.Items("stmts").FirstOrDefault().Field("stmt")?.Clone();
    }

    // A parameter of somebody's type is compared by that type's rules.
    static SqlStatement Typed(SqlStatement statement, JsonElement prepare, StatementWalk walk)
    {
        if (prepare.Items("argtypes").All(t => t.As("TypeName") is { } type && BuiltinTypes.Have(type.Names("names"), walk.Context))) return statement;
        return ForeignParameters.In(statement, prepare.Items("argtypes"), walk.Context);
    }

    // CREATE TABLE … AS EXECUTE.
    static void Store(StatementWalk walk, SqlStatement inner)
    {
        walk.Copied.AddRange(inner.Facts.ColumnUses);
        if (inner.Result is null || inner.Result.Any(c => c.Opaque)) walk.Add(E.Unknown);
        foreach (var source in (inner.Result ?? []).SelectMany(c => c.Sources)) walk.Copied.Add(new(source.Column, ColumnUseKind.Stored));
    }

    public static void Deallocate(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.MayBePlumbing = true;
        walk.Command = new(SqlCommandKind.Deallocate, body.Text("name"));
    }
}
