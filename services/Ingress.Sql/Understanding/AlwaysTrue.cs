using System.Globalization;
using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>What a condition lets through.</summary>
enum Truth { Varies, Always, Never }

/// <summary>Finds conditions that do not choose rows: TRUE, <c>1 = 1</c>, <c>id = id</c>, <c>x IS NULL OR x IS NOT NULL</c> and their kin.</summary>
static class AlwaysTrue
{
    /// <summary>True for no condition, one that is always true, and one that does not look at the row.</summary>
    public static bool LetsAllThrough(JsonElement statement, string field = "whereClause") =>
        statement.Field(field) is not { } condition || Judge(condition) == Truth.Always;

    public static Truth Judge(JsonElement e)
    {
        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack()) return Truth.Always;
        if (!e.TryNode(out var type, out var body)) return Truth.Varies;
        return type switch
        {
            "A_Const" => Constant(e, body),
            "TypeCast" when body.Field("arg") is { } arg => Judge(arg),
            "BoolExpr" => Logic(body),
            "NullTest" => NullTest(body),
            "BooleanTest" => BooleanTest(body),
            "A_Expr" => Comparison(body),
            "SubLink" => Exists(body),
            "CurrentOfExpr" => Truth.Varies,
            _ => LooksAtRow(e) ? Truth.Varies : Truth.Always,
        };
    }

    static Truth Constant(JsonElement e, JsonElement body) =>
        body.Flag("isnull") || e.ConstantText()?.ToLowerInvariant() is "false" or "f" or "no" or "n" or "off" or "0" or "fa" or "fal" or "fals" or "of"
            ? Truth.Never : Truth.Always;

    static Truth Logic(JsonElement body)
    {
        var args = body.Items("args").Select(Judge).ToArray();
        return body.Text("boolop") switch
        {
            "NOT_EXPR" => args is [Truth.Always] ? Truth.Never : args is [Truth.Never] ? Truth.Always : Truth.Varies,
            "AND_EXPR" => args.Contains(Truth.Never) ? Truth.Never : args.All(a => a == Truth.Always) ? Truth.Always : Truth.Varies,
            _ when args.Contains(Truth.Always) || Complements.AreIn(body) => Truth.Always,
            _ => args.All(a => a == Truth.Never) ? Truth.Never : Truth.Varies,
        };
    }

    static Truth NullTest(JsonElement body)
    {
        if (body.Field("arg") is not { } arg || LooksAtRow(arg)) return Truth.Varies;
        var isNull = arg.As("A_Const")?.Flag("isnull") ?? false;
        return isNull == (body.Text("nulltesttype") == "IS_NULL") ? Truth.Always : Truth.Never;
    }

    static Truth BooleanTest(JsonElement body)
    {
        var arg = body.Field("arg") is { } a ? Judge(a) : Truth.Varies;
        if (arg == Truth.Varies) return Truth.Varies;
        var wantsTrue = body.Text("booltesttype") is "IS_TRUE" or "IS_NOT_FALSE" or "IS_NOT_UNKNOWN";
        return wantsTrue == (arg == Truth.Always) ? Truth.Always : Truth.Never;
    }

    static Truth Exists(JsonElement body)
    {
        if (body.Text("subLinkType") != "EXISTS_SUBLINK" || body.Field("subselect")?.As("SelectStmt") is not { } select) return Truth.Varies;
        return select.Field("fromClause") is null && select.Field("larg") is null && select.Field("limitCount") is null && select.Field("limitOffset") is null
            && LetsAllThrough(select) && select.Field("havingClause") is null ? Truth.Always : Truth.Varies;
    }

    static Truth Comparison(JsonElement body)
    {
        if (body.Field("lexpr") is not { } left || body.Field("rexpr") is not { } right) return Truth.Varies;
        var op = body.Names("name") is [.., var symbol] ? symbol : "";
        switch (body.Text("kind"))
        {
            case "AEXPR_OP" when left.As("A_Const") is not null && right.As("A_Const") is not null: return Constants(op, left, right);
            case "AEXPR_OP" when Same(left, right): return op is "=" or "<=" or ">=" or "~~" or "~~*" ? Truth.Always : op is "<>" or "<" or ">" ? Truth.Never : Truth.Varies;
            case "AEXPR_LIKE" or "AEXPR_ILIKE" when op.StartsWith('~'):
                if (Same(left, right) || right.ConstantText() is { Length: > 0 } pattern && pattern.All(c => c == '%')) return Truth.Always;
                break;
            case "AEXPR_DISTINCT" when Same(left, right): return Truth.Never;
            case "AEXPR_NOT_DISTINCT" when Same(left, right): return Truth.Always;
            case "AEXPR_IN" or "AEXPR_BETWEEN" when op is "=" or "BETWEEN" && right.As("List") is { } list && list.Items("items").ToArray() is { Length: > 0 } items:
                if (op == "=" ? items.Any(i => Same(left, i)) : items.All(i => Same(left, i))) return Truth.Always;
                break;
            case "AEXPR_OP_ANY" when op == "=" && right.As("A_ArrayExpr") is { } array && array.Items("elements").Any(i => Same(left, i)): return Truth.Always;
        }
        return LooksAtRow(left) || LooksAtRow(right) ? Truth.Varies : Truth.Always;
    }

    static Truth Constants(string op, JsonElement left, JsonElement right)
    {
        if (left.ConstantText() is not { } a || right.ConstantText() is not { } b) return Truth.Never;
        var order = decimal.TryParse(a, NumberStyles.Float, CultureInfo.InvariantCulture, out var x) && decimal.TryParse(b, NumberStyles.Float, CultureInfo.InvariantCulture, out var y)
            ? x.CompareTo(y) : string.CompareOrdinal(a, b);
        return op switch
        {
            "=" => order == 0, "<>" => order != 0, "<" => order < 0, ">" => order > 0, "<=" => order <= 0, ">=" => order >= 0, _ => true,
        } ? Truth.Always : Truth.Never;
    }

    /// <summary>Says the same: columns by their own name, since <c>t.id = id</c> compares a column with itself when there is one table.</summary>
    static bool Same(JsonElement a, JsonElement b) =>
        a.As("ColumnRef") is { } x && b.As("ColumnRef") is { } y
            ? x.Names("fields") is [.., var m] && y.Names("fields") is [.., var n] && m == n && SameTable(x.Names("fields"), y.Names("fields"))
            : CanonicalTree.Exact(a) == CanonicalTree.Exact(b);

    static bool SameTable(List<string> a, List<string> b) => a.Count == 1 || b.Count == 1 || a[^2] == b[^2];

    /// <summary>Does its value differ from row to row?</summary>
    static bool LooksAtRow(JsonElement e)
    {
        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack()) return true;
        switch (e.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in e.EnumerateArray())
                    if (LooksAtRow(item)) return true;
                return false;
            case JsonValueKind.Object:
                foreach (var p in e.EnumerateObject())
                    if (p.NameEquals("ColumnRef") || p.NameEquals("SubLink") || p.NameEquals("CurrentOfExpr") || LooksAtRow(p.Value)) return true;
                return false;
            default:
                return false;
        }
    }
}
