using System.Globalization;
using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding.Conditions;

/// <summary>Comparisons and the functions behind them: of a value with itself, of constants, and those that every value passes.</summary>
static class Comparisons
{
    static readonly string[] NotNegative =
        ["length", "char_length", "character_length", "octet_length", "bit_length", "abs", "strpos", "position", "cardinality", "pg_column_size", "num_nulls", "num_nonnulls"];

    static readonly string[] MatchesAll = ["", ".*", "^", "$", "^.*", ".*$", "^.*$", ".*?", "^.*?$", "()", "(.*)", "^(.*)$", ".{0,}", "[\\s\\S]*", "^[\\s\\S]*$", "(?:)", "|"];

    public static Truth Judge(JsonElement e, JsonElement body, ChangedRows rows)
    {
        if (body.Field("lexpr") is not { } left || body.Field("rexpr") is not { } right) return AlwaysTrue.Otherwise(e, rows);
        var names = body.Names("name");
        if (names.Count > 1 && names[^2] != "pg_catalog") return AlwaysTrue.Otherwise(e, rows); // somebody's own
        var op = names is [.., var symbol] ? symbol : "";
        return body.Text("kind") switch
        {
            "AEXPR_OP" => Operator(op, left, right, rows),
            "AEXPR_LIKE" or "AEXPR_ILIKE" => Pattern(op, left, right, rows),
            "AEXPR_SIMILAR" => right.As("FuncCall")?.Items("args").FirstOrDefault() is { ValueKind: JsonValueKind.Object } pattern ? Pattern(op, left, pattern, rows) : null,
            "AEXPR_DISTINCT" when IsNull(left) && AlwaysTrue.IsNeverNull(right, rows) || IsNull(right) && AlwaysTrue.IsNeverNull(left, rows) => Truth.Always,
            "AEXPR_DISTINCT" => Same(left, right, rows) is Truth.Always ? Truth.Never : Same(left, right, rows),
            "AEXPR_NOT_DISTINCT" => Same(left, right, rows),
            "AEXPR_IN" => In(op, left, right, rows),
            "AEXPR_BETWEEN" or "AEXPR_BETWEEN_SYM" => Between(left, right, rows),
            "AEXPR_NOT_BETWEEN" => Empty(right),
            "AEXPR_OP_ANY" => Any(op, left, right, rows),
            "AEXPR_OP_ALL" => All(op, left, right, rows),
            _ => null,
        } ?? AlwaysTrue.Otherwise(e, rows);
    }

    static Truth? Operator(string op, JsonElement left, JsonElement right, ChangedRows rows)
    {
        if (left.As("A_Const") is not null && right.As("A_Const") is not null) return Constants(op, left, right);
        if (op is "=" or "<>" && (Truthful(op, left, right, rows) ?? Truthful(op, right, left, rows)) is { } truth) return truth;
        if (op == "=" && (IsTable(left) && !AlwaysTrue.LooksAtRow(right, rows) || IsTable(right) && !AlwaysTrue.LooksAtRow(left, rows))) return Truth.Always;
        if (op == "=" && (Falls(left, right, rows) ?? Falls(right, left, rows)) is { } fallen) return fallen;
        if (Same(left, right, rows) is { } same)
            return same == Truth.Uniform ? same : op is "=" or "<=" or ">=" or "~~" or "~~*" or "@>" or "<@" or "&&" ? Truth.Always : op is "<>" or "<" or ">" ? Truth.Never : null;
        if (op is "~" or "~*" && right.ConstantText() is { } regex && MatchesAll.Contains(regex)) return Truth.Always;
        if (op is "~~" or "~~*" && IsAnything(right) || op == "^@" && right.ConstantText() == "") return Truth.Always;
        return Passes(op, left, right, rows) || Passes(Flipped(op), right, left, rows) ? Truth.Always : null;
    }

    // id = coalesce($1, id): all rows, unless there is a value.
    static Truth? Falls(JsonElement coalesce, JsonElement other, ChangedRows rows)
    {
        if (coalesce.As("CoalesceExpr")?.Items("args").ToArray() is not [var first, .. var others] || !others.Any(o => Same(o, other, rows) is not null)) return null;
        return IsNull(first) ? Truth.Always : AlwaysTrue.LooksAtRow(first, rows) || AlwaysTrue.IsNeverNull(first, rows) ? null : Truth.Uniform;
    }

    // (id = id) = true: as true as what is compared.
    static Truth? Truthful(string op, JsonElement condition, JsonElement constant, ChangedRows rows)
    {
        if (constant.As("A_Const")?.Field("boolval") is not { } value || condition.As("ColumnRef") is not null) return null;
        var truth = AlwaysTrue.Judge(condition, rows);
        return value.Flag("boolval") == (op == "=") ? truth : truth switch { Truth.Always => Truth.Never, Truth.Never => Truth.Always, _ => truth };
    }

    // All rows of a table have its number.
    static bool IsTable(JsonElement e) => e.As("ColumnRef")?.Names("fields") is [.., "tableoid"];

    static bool IsNull(JsonElement e) => e.As("A_Const")?.Flag("isnull") == true;

    /// <summary><c>length(x) >= 0</c>, <c>ctid > '(0,0)'</c>, <c>id + 1 > id</c>.</summary>
    static bool Passes(string op, JsonElement left, JsonElement right, ChangedRows rows)
    {
        if (left.As("FuncCall") is { } call && call.Names("funcname") is [.., var name] && NotNegative.Contains(name) && Number(right) is { } least)
            return op == ">=" ? least <= 0 : op is ">" or "<>" && least < 0;
        if (left.As("ColumnRef")?.Names("fields") is [.., "ctid"] && rows.Vary(left.As("ColumnRef")!.Value.Names("fields")) && right.ConstantText() is { } place)
            return op is ">" or ">=" or "<>" && place.StartsWith("(0,", StringComparison.Ordinal);
        if (op is "=" or ">=" or "<=" && left.As("A_Expr") is { } x && Identity(x, rows) is { } always && Number(right) == always) return true;
        return op is ">" or ">=" or "<>" && left.As("A_Expr") is { } sum && sum.Names("name") is ["+"] && sum.Field("lexpr") is { } a && sum.Field("rexpr") is { } b
            && (Number(b) > 0 && Same(a, right, rows) == Truth.Always || Number(a) > 0 && Same(b, right, rows) == Truth.Always);
    }

    // x - x, x / x: no constant is looked at, so that statements which differ in theirs stay one template.
    static decimal? Identity(JsonElement x, ChangedRows rows) =>
        x.Names("name") is [var op and ("-" or "/")] && x.Field("lexpr") is { } left && x.Field("rexpr") is { } right && Same(left, right, rows) == Truth.Always ? op == "-" ? 0 : 1 : null;

    static string Flipped(string op) => op switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => op };

    static Truth? Pattern(string op, JsonElement left, JsonElement right, ChangedRows rows)
    {
        if (op is not ("~~" or "~~*" or "~")) return null;
        if (IsAnything(right)) return Truth.Always;
        return Same(left, right, rows);
    }

    static bool IsAnything(JsonElement pattern) => pattern.ConstantText() is { Length: > 0 } text && text.All(c => c == '%');

    static Truth? In(string op, JsonElement left, JsonElement right, ChangedRows rows)
    {
        if (right.As("List") is not { } list) return null;
        if (op == "=" && list.Items("items").Any(i => IsBoolean(i, true)) && list.Items("items").Any(i => IsBoolean(i, false))) return Truth.Always;
        Truth? found = null;
        foreach (var item in list.Items("items"))
            if (Same(left, item, rows) is { } same) found = found == Truth.Always ? found : same;
        return op == "=" ? found : found == Truth.Uniform ? found : found is null ? null : Truth.Never;
    }

    /// <summary>TRUE or FALSE as it is written.</summary>
    public static bool IsBoolean(JsonElement e, bool value) => e.As("A_Const")?.Field("boolval") is { } constant && constant.Flag("boolval") == value;

    static Truth? Between(JsonElement left, JsonElement right, ChangedRows rows) =>
        right.As("List") is { } list && list.Items("items").ToArray() is [var low, var high] && Same(left, low, rows) is { } same && Same(left, high, rows) is not null ? same : null;

    // NOT BETWEEN two bounds that nothing lies between.
    static Truth? Empty(JsonElement right) =>
        right.As("List") is { } list && list.Items("items").ToArray() is [var low, var high] && Number(low) > Number(high) ? Truth.Always : null;

    static Truth? Any(string op, JsonElement left, JsonElement right, ChangedRows rows)
    {
        if (right.As("SubLink") is { } link && link.Text("subLinkType") == "ARRAY_SUBLINK") return Subqueries.Any(op, left, link, rows);
        var elements = right.As("A_ArrayExpr") is { } array ? array.Items("elements").ToArray() : null;
        if (op is "=" or ">=" or "<=" && elements is not null)
            foreach (var item in elements)
                if (Same(left, item, rows) is { } same) return same;
        // Different from one of two is everything.
        if (op == "<>" && (elements is { Length: > 1 } || elements is null && right.ConstantText()?.Contains(',') == true)) return Truth.Always;
        return null;
    }

    static Truth? All(string op, JsonElement left, JsonElement right, ChangedRows rows)
    {
        if (op is "=" or ">=" or "<=" && right.As("A_ArrayExpr") is { } all && all.Items("elements").All(e => Same(left, e, rows) == Truth.Always)) return Truth.Always;
        while (right.As("TypeCast")?.Field("arg") is { } arg) right = arg;
        if (right.As("A_ArrayExpr") is { } array && !array.Items("elements").Any() || right.ConstantText()?.Trim() == "{}") return Truth.Always;
        return right.As("SubLink")?.Field("subselect")?.As("SelectStmt") is { } select && Subqueries.IsEmpty(select, rows) ? Truth.Always : null;
    }

    /// <summary>Functions that are an operator by another name, and those that everything passes.</summary>
    public static Truth Call(JsonElement e, JsonElement body, ChangedRows rows)
    {
        var args = body.Items("args").ToArray();
        if (args.Length != 2 || body.Names("funcname") is not [.., var name] || body.Names("funcname") is [not "pg_catalog", _]) return AlwaysTrue.Otherwise(e, rows);
        Truth? found = name switch
        {
            "starts_with" when args[1].ConstantText() == "" => Truth.Always,
            "like" or "textlike" or "namelike" or "bpcharlike" => Operator("~~", args[0], args[1], rows),
            "texticlike" or "nameiclike" or "bpchariclike" => Operator("~~*", args[0], args[1], rows),
            "textregexeq" or "texticregexeq" or "regexp_like" => Operator("~", args[0], args[1], rows),
            _ when name.EndsWith("eq", StringComparison.Ordinal) => Operator("=", args[0], args[1], rows),
            _ when name.EndsWith("ge", StringComparison.Ordinal) => Operator(">=", args[0], args[1], rows),
            _ when name.EndsWith("gt", StringComparison.Ordinal) => Operator(">", args[0], args[1], rows),
            _ when name.EndsWith("le", StringComparison.Ordinal) => Operator("<=", args[0], args[1], rows),
            _ when name.EndsWith("lt", StringComparison.Ordinal) => Operator("<", args[0], args[1], rows),
            _ when name.EndsWith("ne", StringComparison.Ordinal) => Operator("<>", args[0], args[1], rows),
            _ => null,
        };
        return found ?? AlwaysTrue.Otherwise(e, rows);
    }

    /// <summary>Never is said only of what is certain: numbers with numbers, and whether two texts are the same.</summary>
    static Truth Constants(string op, JsonElement left, JsonElement right)
    {
        if (left.ConstantText() is not { } a || right.ConstantText() is not { } b) return Truth.Never; // NULL
        int order;
        if (IsText(left) && IsText(right) && op is "=" or "<>") order = string.CompareOrdinal(a, b);
        else if (Number(left) is { } x && Number(right) is { } y) order = x.CompareTo(y);
        else return Truth.Uniform;
        bool? holds = op switch { "=" => order == 0, "<>" => order != 0, "<" => order < 0, ">" => order > 0, "<=" => order <= 0, ">=" => order >= 0, _ => null };
        return holds is { } known ? known ? Truth.Always : Truth.Never : Truth.Uniform;
    }

    static bool IsText(JsonElement constant) => constant.As("A_Const")?.Field("sval") is not null;

    public static decimal? Number(JsonElement e)
    {
        if (e.As("A_Expr") is { } minus && minus.Field("lexpr") is null && minus.Names("name") is ["-"] && minus.Field("rexpr") is { } positive) return -Number(positive);
        return e.As("A_Const") is { } c && (c.Field("ival") ?? c.Field("fval")) is not null && decimal.TryParse(e.ConstantText(), NumberStyles.Float, CultureInfo.InvariantCulture, out var n) ? n : null;
    }

    /// <summary>
    /// Both sides say the same: then they are equal for every row, or, when a function is called that may answer otherwise the second time, nobody
    /// knows (uniform). Null when they differ.
    /// </summary>
    public static Truth? Same(JsonElement a, JsonElement b, ChangedRows rows)
    {
        (a, b) = (Bare(a, rows), Bare(b, rows));
        var same = a.As("ColumnRef") is { } x && b.As("ColumnRef") is { } y ? rows.SameColumn(x.Names("fields"), y.Names("fields")) : CanonicalTree.Same(a, b);
        return !same ? null : Calls(a, rows) ? Truth.Uniform : Truth.Always;
    }

    static bool Calls(JsonElement e, ChangedRows rows) =>
        e.ValueKind == JsonValueKind.Array ? e.EnumerateArray().Any(item => Calls(item, rows))
        : e.ValueKind == JsonValueKind.Object && e.EnumerateObject().Any(p => IsCall(p, rows) || Calls(p.Value, rows));

    static bool IsCall(JsonProperty p, ChangedRows rows) =>
        p.NameEquals("FuncCall") || p.NameEquals("SubLink") || p.NameEquals("A_Indirection") && p.Value.Names("indirection").Count > 0
        || p.NameEquals("ColumnRef") && rows.MayCall(p.Value.Names("fields"));

    // A cast to the column's own type, or to one that takes all of its values as they are.
    static bool Keeps(JsonElement cast, ChangedRows rows)
    {
        if (cast.Field("typeName") is not { } type || type.Field("typmods") is not null || type.Field("arrayBounds") is not null || type.Names("names") is not [.., var name]) return false;
        return cast.Field("arg")?.As("ColumnRef") is { } column && (rows.TypeOf(column.Names("fields")), name) is
            (21, "int2" or "int4" or "int8" or "numeric" or "text") or (23, "int4" or "int8" or "numeric" or "text") or (20, "int8" or "numeric" or "text")
            or (25 or 1043, "text" or "varchar") or (16, "bool") or (1700, "numeric") or (2950, "uuid" or "text") or (1082, "date") or (1114, "timestamp") or (1184, "timestamptz");
    }

    static JsonElement? OnlyOne(JsonElement greatest) =>
        greatest.Items("args").ToArray() is [var first, .. var others] && others.All(o => CanonicalTree.Same(first, o)) ? first : null;

    // Without what changes nothing: + 0, * 1, || '', (SELECT x), coalesce(x, …), x::its_type, greatest(x, x).
    static JsonElement Bare(JsonElement e, ChangedRows rows)
    {
        for (var i = 0; i < 16; i++)
        {
            if (e.As("CollateClause")?.Field("arg") is { } collated) e = collated;
            else if (e.As("TypeCast") is { } cast && Keeps(cast, rows)) e = cast.Field("arg")!.Value;
            else if (e.As("MinMaxExpr") is { } greatest && OnlyOne(greatest) is { } one) e = one;
            else if (e.As("CoalesceExpr")?.Items("args").FirstOrDefault() is { ValueKind: JsonValueKind.Object } first) e = first;
            else if (e.As("SubLink") is { } link && link.Text("subLinkType") == "EXPR_SUBLINK" && Subqueries.OnlyValue(link) is { } value) e = value;
            else if (e.As("A_Expr") is { } x && x.Names("name") is [var op] && x.Field("lexpr") is { } left && x.Field("rexpr") is { } right)
            {
                if (op is "+" or "-" && Number(right) == 0 || op is "*" or "/" && Number(right) == 1 || op == "||" && right.ConstantText() == "") e = left;
                else if (op == "+" && Number(left) == 0 || op == "*" && Number(left) == 1 || op == "||" && left.ConstantText() == "") e = right;
                else return e;
            }
            else return e;
        }
        return e;
    }
}
