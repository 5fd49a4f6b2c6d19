using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>
/// Words that the newest grammar took for syntax of its own. An older server knows no such syntax and calls a function of that name, when somebody made
/// one: then both count.
/// </summary>
static class LaterSyntax
{
    public static void Visit(string node, JsonElement body, StatementWalk walk)
    {
        if (FunctionOf(node, body, walk.Names) is { } name) FunctionCalls.Call(null, name, walk);
    }

    /// <summary>The function that an older server would call; null when there is none.</summary>
    public static string? FunctionOf(string node, JsonElement body, NameResolver names) =>
        Name(node, body) is { } name && names.Functions(null, name).Count > 0 ? name : null;

    static string? Name(string node, JsonElement body) => node switch
    {
        "JsonObjectConstructor" => "json_object",
        "JsonArrayConstructor" or "JsonArrayQueryConstructor" => "json_array",
        "JsonObjectAgg" => "json_objectagg",
        "JsonArrayAgg" => "json_arrayagg",
        "JsonParseExpr" => "json",
        "JsonScalarExpr" => "json_scalar",
        "JsonSerializeExpr" => "json_serialize",
        "JsonTable" => "json_table",
        "MergeSupportFunc" => "merge_action",
        "JsonFuncExpr" => body.Text("op") switch { "JSON_EXISTS_OP" => "json_exists", "JSON_VALUE_OP" => "json_value", _ => "json_query" },
        "FuncCall" when body.Names("funcname") is ["pg_catalog", "normalize"] => "normalize",
        _ => null,
    };
}
