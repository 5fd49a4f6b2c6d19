using System.Runtime.CompilerServices;
using System.Text.Json;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>A function's text → its code, once for each function of a snapshot.</summary>
static class FunctionReader
{
    static readonly ConditionalWeakTable<CatalogFunction, StrongBox<StoredCode?>> Known = [];

    /// <summary>Null when it cannot be followed: then it may do anything.</summary>
    public static StoredCode? Read(CatalogFunction function) => Known.GetValue(function, static f => new(Take(f))).Value;

    static StoredCode? Take(CatalogFunction function)
    {
        if (function.Definition is null && string.IsNullOrWhiteSpace(function.Source)) return null;
        var create = function.Definition ?? $"CREATE FUNCTION f() RETURNS void LANGUAGE {function.Language} AS {Quote(function.Source!)}";
        try
        {
            return Read(create, function.Language);
        }
        catch (Exception e) when (e is JsonException or InsufficientExecutionStackException)
        {
            return null;
        }
    }

    static StoredCode? Read(string create, string language)
    {
        if (Statements(create) is not [var node] || node.As("CreateFunctionStmt") is not { } function) return null;
        var code = language == "plpgsql" ? PlpgsqlReader.Read(create) : Sql(function);
        if (code is null) return null;
        var settings = new FunctionSettings(function);
        var parameters = function.Items("parameters").Select(p => p.As("FunctionParameter")).OfType<JsonElement>().ToArray();
        return code with
        {
            // An argument that is left out is computed by the caller: counted as if it always were.
            Trees = [.. code.Trees, .. parameters.Select(p => p.Field("defexpr")).OfType<JsonElement>()],
            Variables = new HashSet<string>([.. code.Variables, .. parameters.Select(p => p.Text("name")).OfType<string>(), .. function.Names("funcname").TakeLast(1)]),
            Types = [.. code.Types, .. parameters.Select(p => p.Field("argType")).Append(function.Field("returnType")).SelectMany(t => t?.Names("names").TakeLast(1) ?? [])],
            SearchPath = settings.SearchPath,
            OtherSettings = settings.Others,
        };
    }

    static StoredCode? Sql(JsonElement function)
    {
        if (function.Field("sql_body") is { } body) return StoredCode.Nothing with { Trees = [body] };
        var source = function.Option("options", "as")?.Field("arg")?.As("List")?.Items("items").Select(i => i.ConstantText()).ToArray();
        return source is [{ } text] && Statements(text) is { } statements ? StoredCode.Nothing with { Trees = statements } : null;
    }

    /// <summary>The code of a DO block, which is a literal in its tree.</summary>
    public static StoredCode? Block(string text)
    {
        try
        {
            return PlpgsqlReader.Read($"DO {Quote(text)}");
        }
        catch (Exception e) when (e is JsonException or InsufficientExecutionStackException)
        {
            return null;
        }
    }

    static string Quote(string text)
    {
        var tag = "$hoop$";
        for (var i = 0; text.Contains(tag, StringComparison.Ordinal); i++) tag = $"$hoop{i}$";
        return tag + text + tag;
    }

    static JsonElement[]? Statements(string sql)
    {
        var parsed = PgParser.Parse(sql);
        if (!parsed.Succeeded) return null;
        using var tree = JsonDocument.Parse(parsed.Json, StoredText.Deep);
        return [.. tree.RootElement.Clone().Items("stmts").Select(s => s.GetProperty("stmt"))];
    }
}
