using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding.Conditions;

/// <summary>Subqueries in a condition: all rows of the changed table again, nothing at all, or something that no row has a part in.</summary>
static class Subqueries
{
    public static Truth Judge(JsonElement e, JsonElement link, ChangedRows rows)
    {
        if (link.Field("subselect")?.As("SelectStmt") is not { } select) return AlwaysTrue.Otherwise(e, rows);
        return link.Text("subLinkType") switch
        {
            "EXISTS_SUBLINK" => Exists(select, rows),
            "ANY_SUBLINK" when link.Field("testexpr") is { } test => Any(link.Names("operName") is [.., var op] ? op : "=", test, link, rows),
            "ALL_SUBLINK" when IsEmpty(select, rows) => Truth.Always,
            "EXPR_SUBLINK" when OnlyValue(link) is { } value => AlwaysTrue.Judge(value, rows),
            _ => null,
        } ?? AlwaysTrue.Otherwise(e, rows);
    }

    static Truth? Exists(JsonElement select, ChangedRows rows)
    {
        if (IsEmpty(select, rows)) return Nothing(select, rows);
        if (rows.GivesThemAll(select)) return Truth.Always;
        if (select.Field("fromClause") is null && !ChangedRows.Cuts(select)) return select.Field("whereClause") is { } where ? AlwaysTrue.Judge(where, rows) : Truth.Always;
        return null;
    }

    /// <summary><c>id IN (SELECT id FROM the_same)</c> and <c>id = ANY (ARRAY(SELECT …))</c>.</summary>
    public static Truth? Any(string op, JsonElement test, JsonElement link, ChangedRows rows)
    {
        return link.Field("subselect")?.As("SelectStmt") is { } select ? Any(op, test, select, rows, 0) : null;
    }

    static Truth? Any(string op, JsonElement test, JsonElement select, ChangedRows rows, int depth)
    {
        if (select.Field("larg") is { } one && select.Field("rarg") is { } other)
            return select.Text("op") == "SETOP_UNION" && depth < 16 && !ChangedRows.Limits(select)
                ? Or(Any(op, test, one, rows, depth + 1), Any(op, test, other, rows, depth + 1)) : null;
        if (IsEmpty(select, rows)) return Nothing(select, rows);
        if (test.As("RowExpr")?.Items("args").ToArray() is { Length: > 0 } fields) return op == "=" ? Rows(fields, select, rows) : null;
        if (Value(select) is not { } value) return null;
        var inside = rows.Within(select);
        var same = value.As("ColumnRef")?.Field("fields")?[0].As("A_Star") is not null && test.As("ColumnRef") is not null || Comparisons.Same(test, value, inside) is not null;
        if (!same) return null;
        if (select.Field("fromClause") is null && select.Field("whereClause") is null && !ChangedRows.Cuts(select)) return op is "=" or ">=" or "<=" ? Truth.Always : null;
        // The changed row's own value, as often as the query has rows.
        if (value.As("ColumnRef")?.Names("fields").Count > 1 && AlwaysTrue.LooksAtRow(value, inside) && (select.Field("whereClause") is not { } where || !AlwaysTrue.LooksAtRow(where, inside)) && !ChangedRows.Cuts(select))
            return Truth.Uniform;
        if (!rows.GivesThemAll(select)) return null;
        return op is "=" or ">=" or "<=" ? Truth.Always : Truth.Uniform;
    }

    // (a, b) IN (SELECT a, b FROM the_same)
    static Truth? Rows(JsonElement[] fields, JsonElement select, ChangedRows rows)
    {
        var (targets, inside) = (select.Items("targetList").ToArray(), rows.Within(select));
        if (targets.Length != fields.Length || !rows.GivesThemAll(select)) return null;
        for (var i = 0; i < fields.Length; i++)
            if (targets[i].As("ResTarget")?.Field("val") is not { } value || Comparisons.Same(fields[i], value, inside) is null) return null;
        return Truth.Always;
    }

    /// <summary>No row, unless what looks like a column is an aggregate.</summary>
    static Truth Nothing(JsonElement select, ChangedRows rows) =>
        select.Items("targetList").Any(t => t.As("ResTarget")?.Field("val")?.As("ColumnRef") is { } column && rows.MayCall(column.Names("fields"))) ? Truth.Uniform : Truth.Never;

    static Truth? Or(Truth? a, Truth? b) => a == Truth.Always || b == Truth.Always ? Truth.Always : a == Truth.Never && b == Truth.Never ? a : null;

    /// <summary>Certain to give no row. An aggregate gives one all the same.</summary>
    public static bool IsEmpty(JsonElement select, ChangedRows rows)
    {
        if (select.Field("larg") is not null || select.Field("valuesLists") is not null || select.Field("havingClause") is not null) return false;
        if (select.Field("limitCount") is { } limit && Comparisons.Number(limit) == 0) return true;
        if (select.Field("targetList") is { } targets && (targets.Mentions("FuncCall") || targets.Mentions("A_Indirection"))) return false;
        return select.Field("whereClause") is { } where && AlwaysTrue.Judge(where, rows.Of(select)) == Truth.Never;
    }

    /// <summary>The value of <c>(SELECT x)</c>.</summary>
    public static JsonElement? OnlyValue(JsonElement link) =>
        link.Field("subselect")?.As("SelectStmt") is { } select && select.Field("fromClause") is null && select.Field("whereClause") is null && !ChangedRows.Cuts(select) ? Value(select) : null;

    static JsonElement? Value(JsonElement select) =>
        select.Items("valuesLists").ToArray() is [var row] ? row.As("List")?.Items("items").ToArray() is [var alone] ? alone : null : select.Items("targetList").ToArray() is [var target] ? target.As("ResTarget")?.Field("val") : null;
}
