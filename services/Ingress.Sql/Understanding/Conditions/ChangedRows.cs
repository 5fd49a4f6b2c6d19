using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding.Conditions;

/// <summary>
/// The table whose rows an UPDATE, DELETE or MERGE changes, and what else stands in the statement: which columns of a condition differ from one changed
/// row to the next, and which other items of FROM are the same table again.
/// </summary>
sealed class ChangedRows
{
    const int ManyRows = 1_000_000;

    static readonly string[] System = ["ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"];

    readonly StatementWalk walk;
    readonly JsonElement statement;
    readonly ChangedRows? outer;
    readonly bool everyRow;
    readonly string relation = "", name = "";
    readonly HashSet<string>? columns, required;
    readonly Dictionary<string, uint>? types;
    readonly Dictionary<string, string?> others = [];

    public ChangedRows(StatementWalk walk, JsonElement statement)
    {
        (this.walk, this.statement) = (walk, statement);
        if (statement.Field("relation") is { } target)
        {
            name = target.Field("alias")?.Text("aliasname") ?? target.Text("relname") ?? "";
            var (schema, table) = walk.Names.Relation(target.Text("schemaname"), target.Text("relname") ?? "");
            relation = $"{schema}.{table}";
            if (walk.Names.Find(schema, table) is { Columns.Count: > 0 } known)
            {
                columns = [.. known.Columns.Select(c => c.Name)];
                types = known.Columns.ToDictionary(c => c.Name, c => c.TypeOid);
                required = [.. known.Columns.Where(c => c.NotNull).Select(c => c.Name)];
            }
        }
        foreach (var list in (string[])["fromClause", "usingClause"])
            foreach (var item in statement.Items(list)) Add(item);
        if (statement.Field("sourceRelation") is { } source) Add(source);
    }

    ChangedRows(ChangedRows outer, JsonElement select, bool everyRow) : this(outer.walk, select) =>
        (this.outer, this.everyRow, statement, relation, name, columns, required, types)
            = (outer, everyRow, outer.statement, outer.relation, outer.name, outer.columns, outer.required, outer.types);

    /// <summary>Inside a subquery, which sees its own FROM first, but still asking about the changed rows.</summary>
    public ChangedRows Within(JsonElement select) => new(this, select, everyRow);

    /// <summary>The rows of a subquery's own FROM.</summary>
    public ChangedRows Of(JsonElement select) => new(this, select, everyRow: true);

    /// <summary>Does the column's value differ from one changed row to the next?</summary>
    public bool Vary(List<string> fields)
    {
        if (walk.Variables.Contains(fields.Count > 0 ? fields[0] : "")) return false;
        if (everyRow) return true;
        if (fields.Count < 2) return fields.Count == 0 || fields[0] == name || !InnerHas(fields[0]) && (columns is null || columns.Contains(fields[0]) || System.Contains(fields[0]));
        for (var scope = this; scope is not null; scope = scope.outer)
            if (scope.others.ContainsKey(fields[^2]) || scope.others.ContainsKey(fields[0])) return false;
        return true;
    }

    bool InnerHas(string column)
    {
        for (var scope = this; scope is not null; scope = scope.outer)
            foreach (var other in scope.others.Values)
                if (other is not null && walk.Context.Catalog.Relations.TryGetValue(other, out var known) && known.Columns.Any(c => c.Name == column)) return true;
        return false;
    }

    /// <summary>Every row has one: a system column, or one that is NOT NULL.</summary>
    public bool IsNeverNull(List<string> fields) =>
        fields.Count > 0 && (System.Contains(fields[^1]) || required?.Contains(fields[^1]) == true && Origin(fields) == relation);

    /// <summary><c>t.f</c> may call f(t): somebody's function, or an aggregate such as count.</summary>
    public bool MayCall(List<string> fields) =>
        fields.Count > 1 && (FunctionTable.IsBuiltIn(fields[^1]) || walk.Names.Functions(null, fields[^1]).Count > 0) && !walk.Rows.HaveColumn(fields[^2], fields[^1]);

    /// <summary>The changed row as one value.</summary>
    public bool IsWholeRow(List<string> fields) => fields is [var only] && only == name && columns?.Contains(name) != true;

    /// <summary>The type of the changed table's column; 0 when it is not known.</summary>
    public uint TypeOf(List<string> fields) => fields.Count > 0 && Origin(fields) == relation ? types?.GetValueOrDefault(fields[^1]) ?? 0 : 0;

    bool SameRow(List<string> a, List<string> b) => a is [var x] && b is [var y] && relation != "" && Row(x) == relation && Row(y) == relation;

    string? Row(string item)
    {
        for (var scope = this; scope is not null; scope = scope.outer)
            if (scope.others.TryGetValue(item, out var found)) return found;
        return item == name ? relation : null;
    }

    /// <summary>The same column of the same table, whichever of its names is used.</summary>
    public bool SameColumn(List<string> a, List<string> b) =>
        SameRow(a, b) || a.Count > 0 && b.Count > 0 && a[^1] == b[^1] && !walk.Variables.Contains(a[0]) && !walk.Variables.Contains(b[0])
        && (a.Count == 1 && MayBeTarget(b) || b.Count == 1 && MayBeTarget(a) || a.Count > 1 && b.Count > 1 && (a[^2] == b[^2] || Origin(a) is { } x && x == Origin(b)));

    bool MayBeTarget(List<string> fields) => fields.Count == 1 || Origin(fields) is var origin && (origin is null || origin == relation);

    string? Origin(List<string> fields)
    {
        if (fields.Count == 1) return relation;
        for (var scope = this; scope is not null; scope = scope.outer)
            if (scope.others.TryGetValue(fields[^2], out var found)) return found;
        return fields[^2] == name ? relation : null;
    }

    /// <summary>A query that gives all rows of the changed table: nothing else in FROM, no condition that chooses, no limit.</summary>
    public bool GivesThemAll(JsonElement select) =>
        select.Items("fromClause").ToArray() is [var only] && Relation(only, of: select) == relation && relation != "" && !Cuts(select)
        && AlwaysTrue.LetsAllThrough(select.Field("whereClause"), Of(select));

    /// <summary>What is grouped by keeps its values, and hardly a table has a million rows.</summary>
    public static bool Cuts(JsonElement select) => Limits(select) || select.Field("havingClause") is not null || select.Field("larg") is not null;

    public static bool Limits(JsonElement select) =>
        select.Field("limitCount") is { } limit && limit.As("A_Const")?.Flag("isnull") != true && !(Comparisons.Number(limit) >= ManyRows) || select.Field("limitOffset") is { } offset && Comparisons.Number(offset) != 0;

    void Add(JsonElement item)
    {
        if (item.As("JoinExpr") is { } join)
        {
            if (join.Field("larg") is { } left) Add(left);
            if (join.Field("rarg") is { } right) Add(right);
            return;
        }
        if (!item.TryNode(out var type, out var body)) return;
        if (type is "RangeTableSample") (item, body) = (body.Field("relation") ?? default, body.Field("relation")?.As("RangeVar") ?? default);
        var alias = body.Field("alias")?.Text("aliasname") ?? body.Text("relname");
        if (alias is not null) others[alias] = Relation(item);
    }

    // A table, or a query around all of it.
    /// <param name="of">The query that it is in, for queries that it names itself.</param>
    string? Relation(JsonElement item, int depth = 0, JsonElement? of = null)
    {
        if (depth > 8) return null;
        if (item.As("RangeSubselect")?.Field("subquery")?.As("SelectStmt") is { } query) return Whole(query, depth);
        if (item.As("RangeVar") is not { } range) return null;
        if (range.Text("schemaname") is null)
            foreach (var cte in (of?.Field("withClause")?.Items("ctes") ?? []).Concat(statement.Field("withClause")?.Items("ctes") ?? []))
                if (cte.As("CommonTableExpr") is { } named && named.Text("ctename") == range.Text("relname"))
                    return named.Field("ctequery")?.As("SelectStmt") is { } select ? Whole(select, depth) : null;
        var (schema, table) = walk.Names.Relation(range.Text("schemaname"), range.Text("relname") ?? "");
        return $"{schema}.{table}";
    }

    string? Whole(JsonElement select, int depth) =>
        !Cuts(select) && select.Items("fromClause").ToArray() is [var only] && AlwaysTrue.LetsAllThrough(select.Field("whereClause"), Of(select))
            ? Relation(only, depth + 1, select) : null;
}
