using System.Runtime.CompilerServices;
using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding.Conditions;

/// <summary>What a condition lets through. <see cref="Uniform"/>: all rows or none, and only the server knows which.</summary>
enum Truth { Varies, Uniform, Always, Never }

/// <summary>
/// Finds conditions that do not choose rows: TRUE, <c>1 = 1</c>, <c>id = id</c>, <c>x IS NULL OR x IS NOT NULL</c> and their kin. NULLs do not
/// count: <c>id = id</c> is all rows. Everything here depends on the literals in the statement, and on its parameters being unknown.
/// </summary>
static class AlwaysTrue
{
    /// <summary>True for no condition, one that is always true, and one that does not look at the row.</summary>
    public static bool LetsAllThrough(JsonElement? condition, ChangedRows rows) => condition is not { } e || Judge(e, rows) is Truth.Always or Truth.Uniform;

    public static Truth Judge(JsonElement e, ChangedRows rows)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) return Truth.Uniform;
        if (!e.TryNode(out var type, out var body)) return Truth.Varies;
        return type switch
        {
            "A_Const" => Constant(e, body),
            "TypeCast" when body.Field("arg") is { } arg => Judge(arg, rows),
            "CollateClause" when body.Field("arg") is { } arg => Judge(arg, rows),
            "BoolExpr" => Logic(body, e, rows),
            "NullTest" => NullTest(body, rows),
            "BooleanTest" => BooleanTest(body, rows),
            "A_Expr" => Comparisons.Judge(e, body, rows),
            "FuncCall" => Comparisons.Call(e, body, rows),
            "SubLink" => Subqueries.Judge(e, body, rows),
            "CaseExpr" => Case(body, rows),
            "CoalesceExpr" => Coalesce(e, body, rows),
            "CurrentOfExpr" => Truth.Varies,
            _ => Otherwise(e, rows),
        };
    }

    public static Truth Otherwise(JsonElement e, ChangedRows rows) => LooksAtRow(e, rows) ? Truth.Varies : Truth.Uniform;

    static Truth Constant(JsonElement e, JsonElement body) =>
        body.Flag("isnull") || e.ConstantText()?.ToLowerInvariant() is "false" or "f" or "no" or "n" or "off" or "0" or "fa" or "fal" or "fals" or "of"
            ? Truth.Never : Truth.Always;

    static Truth Logic(JsonElement body, JsonElement e, ChangedRows rows)
    {
        var args = body.Items("args").Select(a => Judge(a, rows)).ToArray();
        switch (body.Text("boolop"))
        {
            case "NOT_EXPR":
                return args switch { [Truth.Always] => Truth.Never, [Truth.Never] => Truth.Always, [Truth.Uniform] => Truth.Uniform, _ => Complements.Cover(e) ? Truth.Always : Truth.Varies };
            case "AND_EXPR":
                return args.Contains(Truth.Never) ? Truth.Never : args.Contains(Truth.Varies) ? Truth.Varies : args.Contains(Truth.Uniform) ? Truth.Uniform : Truth.Always;
            default:
                if (args.Contains(Truth.Always) || Complements.Cover(e)) return Truth.Always;
                return args.Contains(Truth.Uniform) ? Truth.Uniform : args.All(a => a == Truth.Never) ? Truth.Never : Truth.Varies;
        }
    }

    static Truth NullTest(JsonElement body, ChangedRows rows)
    {
        if (body.Field("arg") is not { } arg) return Truth.Varies;
        var wantsNull = body.Text("nulltesttype") == "IS_NULL";
        if (arg.As("A_Const") is { } constant) return constant.Flag("isnull") == wantsNull ? Truth.Always : Truth.Never;
        if (arg.As("ColumnRef") is { } column && rows.IsWholeRow(column.Names("fields")) || IsNeverNull(arg, rows)) return wantsNull ? Truth.Never : Truth.Always;
        return Otherwise(arg, rows);
    }

    public static bool IsNeverNull(JsonElement e, ChangedRows rows) =>
        e.As("ColumnRef") is { } column ? rows.IsNeverNull(column.Names("fields"))
        : e.As("NullTest") is not null || e.As("BooleanTest") is not null || e.As("A_ArrayExpr") is not null || e.As("A_Expr")?.Text("kind") is "AEXPR_DISTINCT" or "AEXPR_NOT_DISTINCT"
        || e.As("SubLink")?.Text("subLinkType") is "EXISTS_SUBLINK" or "ARRAY_SUBLINK"
        || e.As("A_Expr") is { } x && x.Text("kind") == "AEXPR_OP" && x.Names("name") is ["=" or "<>" or "<" or ">" or "<=" or ">="]
            && x.Field("lexpr") is { } left && x.Field("rexpr") is { } right && IsNeverNull(left, rows) && IsNeverNull(right, rows)
        || e.As("BoolExpr")?.Items("args").All(a => IsNeverNull(a, rows)) == true
        || e.As("A_Const") is { } constant && !constant.Flag("isnull")
        || e.As("TypeCast")?.Field("arg") is { } arg && IsNeverNull(arg, rows)
        || e.As("CoalesceExpr")?.Items("args").Any(a => IsNeverNull(a, rows)) == true;

    static Truth BooleanTest(JsonElement body, ChangedRows rows)
    {
        if (body.Field("arg") is not { } e) return Truth.Varies;
        var arg = Judge(e, rows);
        if (body.Text("booltesttype") is "IS_NOT_UNKNOWN" or "IS_UNKNOWN" && IsNeverNull(e, rows)) return body.Text("booltesttype") == "IS_UNKNOWN" ? Truth.Never : Truth.Always;
        if (arg is Truth.Varies or Truth.Uniform) return arg;
        return body.Text("booltesttype") switch
        {
            "IS_NOT_UNKNOWN" => Truth.Always, // of a constant that is not known to be NULL
            "IS_TRUE" or "IS_NOT_FALSE" => arg,
            _ => arg == Truth.Always ? Truth.Never : Truth.Always,
        };
    }

    // As true as the first result that is reached.
    static Truth Case(JsonElement body, ChangedRows rows)
    {
        var results = new HashSet<Truth>();
        foreach (var item in body.Items("args"))
        {
            if (item.As("CaseWhen") is not { } when || when.Field("expr") is not { } test || when.Field("result") is not { } result) return Truth.Varies;
            var reached = body.Field("arg") is not { } of ? Judge(test, rows)
                : Comparisons.Same(of, test, rows) ?? (LooksAtRow(test, rows) || LooksAtRow(of, rows) ? Truth.Varies : Truth.Uniform);
            if (reached == Truth.Never) continue;
            results.Add(Judge(result, rows));
            if (reached == Truth.Uniform) results.Add(Truth.Uniform);
            if (reached == Truth.Always) return One(results);
        }
        results.Add(body.Field("defresult") is { } otherwise ? Judge(otherwise, rows) : Truth.Never);
        return One(results);
    }

    static Truth One(HashSet<Truth> results) =>
        results.Contains(Truth.Varies) ? Truth.Varies : results.Count == 1 ? results.First() : results.Contains(Truth.Uniform) ? Truth.Uniform : Truth.Varies;

    static Truth Coalesce(JsonElement e, JsonElement body, ChangedRows rows)
    {
        var args = body.Items("args").Select(a => Judge(a, rows)).ToArray();
        return args.Length > 0 && (args[0] == Truth.Always || args.All(a => a == Truth.Always)) ? Truth.Always : Otherwise(e, rows);
    }

    /// <summary>Does its value differ from one changed row to the next?</summary>
    public static bool LooksAtRow(JsonElement e, ChangedRows rows)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) return false;
        switch (e.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in e.EnumerateArray())
                    if (LooksAtRow(item, rows)) return true;
                return false;
            case JsonValueKind.Object:
                foreach (var p in e.EnumerateObject())
                    if (p.NameEquals("ColumnRef") ? rows.Vary(p.Value.Names("fields")) : p.NameEquals("CurrentOfExpr") || LooksAtRow(p.Value, p.NameEquals("SelectStmt") ? rows.Within(p.Value) : rows))
                        return true;
                return false;
            default:
                return false;
        }
    }
}
