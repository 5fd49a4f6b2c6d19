using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>
/// Takes PL/pgSQL apart with its own grammar: every expression and statement that stands in it becomes a statement of SQL. What cannot be followed to
/// the last expression is no code at all (null).
/// </summary>
sealed class PlpgsqlReader
{
    /// <summary>A node that is not here, such as one of a newer grammar, may hold code that nobody looks for.</summary>
    static readonly FrozenSet<string> Nodes = string.Join(' ',
        "alias case_when condition diag_item exception exception_block expr function if_elsif raise_option rec recfield row stmt_assert stmt_assign stmt_block",
        "stmt_call stmt_case stmt_close stmt_commit stmt_dynexecute stmt_dynfors stmt_execsql stmt_exit stmt_fetch stmt_forc stmt_foreach_a stmt_fori",
        "stmt_fors stmt_getdiag stmt_if stmt_loop stmt_open stmt_perform stmt_raise stmt_return stmt_return_next stmt_return_query stmt_rollback stmt_while",
        "type var").Split(' ').Select(n => "PLpgSQL_" + n).ToFrozenSet();

    /// <summary>Values cannot be followed through these: text that is run, a cursor that may be another's by its name, a transaction that ends, what an error said.</summary>
    static readonly FrozenDictionary<string, string> Hiding = new Dictionary<string, string>
    {
        ["dynexecute"] = "runs text (EXECUTE)", ["dynfors"] = "runs text (EXECUTE)", ["open"] = "uses a cursor", ["fetch"] = "uses a cursor", ["close"] = "uses a cursor",
        ["forc"] = "uses a cursor", ["call"] = "has CALL or DO", ["commit"] = "ends its transaction", ["rollback"] = "ends its transaction",
        ["return_next"] = "returns rows", ["return_query"] = "returns rows",
    }.ToFrozenDictionary(static h => "PLpgSQL_stmt_" + h.Key, static h => h.Value);

    const int Statement = 0, Expression = 2, FirstAssignment = 3, LastAssignment = 5; // PostgreSQL's RawParseMode

    readonly List<JsonElement> trees = [];
    readonly HashSet<string> variables = [], types = [];
    bool runsText, failed;
    string? hides;

    /// <param name="create">CREATE FUNCTION, CREATE PROCEDURE or DO.</param>
    public static StoredCode? Read(string create)
    {
        var parsed = PgParser.ParsePlpgsql(create);
        if (!parsed.Succeeded) return null;
        var reader = new PlpgsqlReader();
        using var document = JsonDocument.Parse(parsed.Json, StoredText.Deep);
        var functions = document.RootElement.Items("plpgsql_funcs").ToArray();
        if (functions.Length != 1) return null;
        reader.Visit(functions[0]);
        return reader.failed ? null : new(reader.trees, reader.variables, reader.runsText) { Types = [.. reader.types], Records = reader.variables, Hides = reader.hides };
    }

    void Visit(JsonElement e)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (e.ValueKind == JsonValueKind.Array)
            foreach (var item in e.EnumerateArray()) Visit(item);
        else if (e.ValueKind == JsonValueKind.Object)
            foreach (var p in e.EnumerateObject()) Visit(p);
    }

    void Visit(JsonProperty p)
    {
        switch (p.Name)
        {
            case "PLpgSQL_expr":
                Fragment(p.Value.Text("query") ?? "", p.Value.Number("parseMode"));
                return;
            case "PLpgSQL_stmt_dynexecute" or "PLpgSQL_stmt_dynfors":
                Text(p.Value.Field("query"));
                break;
            case "dynquery":
                Text(p.Value);
                break;
            case "PLpgSQL_type":
                Type(p.Value.Text("typname") ?? "");
                return;
            case "refname" or "label" or "name" when p.Value.ValueKind == JsonValueKind.String:
                variables.Add(p.Value.GetString()!);
                return;
        }
        hides ??= Hiding.GetValueOrDefault(p.Name) ?? (p.Name == "PLpgSQL_stmt_getdiag" && !CountsRows(p.Value) ? "reads what an error said, or its context (GET DIAGNOSTICS other than ROW_COUNT)" : null);
        failed |= p.Name.StartsWith("PLpgSQL_", StringComparison.Ordinal) && !Nodes.Contains(p.Name);
        Visit(p.Value);
    }

    static bool CountsRows(JsonElement diagnostics) =>
        !diagnostics.Flag("is_stacked") && diagnostics.Items("diag_items").All(static item => item.Field("PLpgSQL_diag_item")?.Text("kind") == "ROW_COUNT");

    // EXECUTE of a constant says what it runs; it stays text that is run.
    void Text(JsonElement? query)
    {
        runsText = true;
        if (query?.Field("PLpgSQL_expr")?.Text("query") is not { } text || Parse("SELECT " + text) is not [var select]) return;
        if (select.As("SelectStmt")?.Items("targetList").ToArray() is not [var target] || target.As("ResTarget")?.Field("val")?.ConstantText() is not { } constant) return;
        if (Parse(constant) is { } statements) trees.AddRange(statements);
    }

    void Fragment(string text, int mode)
    {
        switch (mode)
        {
            case Statement when Parse(text) is [var statement]:
                trees.Add(statement);
                return;
            case Expression:
                Value(text);
                return;
            case >= FirstAssignment and <= LastAssignment:
                Assignment(text);
                return;
            default:
                failed = true;
                return;
        }
    }

    // What a variable holds becomes a value of its type.
    void Type(string name)
    {
        var row = name.IndexOf('%');
        if (Parse("SELECT NULL::" + (row < 0 ? name : name[..row])) is not [var value] || value.As("SelectStmt")?.Items("targetList").ToArray() is not [var target]) return;
        if (target.As("ResTarget")?.Field("val")?.As("TypeCast")?.Field("typeName")?.Names("names") is [.., var bare]) types.Add(bare);
    }

    void Value(string text)
    {
        if (Parse("SELECT " + text) is [var value] && value.As("SelectStmt") is not null) trees.Add(value);
        else failed = true;
    }

    /// <summary>
    /// <c>a[f(x)] := y</c>: what is assigned to ends at the first sign before which stands a whole expression, since a sign within brackets, quotes or a
    /// comment leaves these open.
    /// </summary>
    void Assignment(string text)
    {
        for (var i = text.IndexOf('='); i > 0; i = text.IndexOf('=', i + 1))
        {
            var end = text[i - 1] == ':' ? i - 1 : i;
            if (Parse("SELECT " + text[..end]) is not [var target] || target.As("SelectStmt") is null) continue;
            trees.Add(target);
            Value(text[(i + 1)..]);
            return;
        }
        failed = true;
    }

    static JsonElement[]? Parse(string sql)
    {
        var parsed = PgParser.Parse(sql);
        if (!parsed.Succeeded) return null;
        using var tree = JsonDocument.Parse(parsed.Json, StoredText.Deep);
        return [.. tree.RootElement.Clone().Items("stmts").Select(s => s.GetProperty("stmt"))];
    }
}
