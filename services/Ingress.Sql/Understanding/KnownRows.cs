using System.Runtime.CompilerServices;
using System.Text.Json;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>
/// The rows that names stand for anywhere in a statement, whatever the level: enough to say that what stands behind a dot is certainly a column,
/// and no call of a function.
/// </summary>
sealed class KnownRows
{
    static readonly string[] System = ["ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"];

    readonly NameResolver names;
    readonly HashSet<string> queries = [];

    /// <summary>There is an item of FROM that has its name from what it calls, so any name may be its.</summary>
    bool nameless;

    /// <summary>Null for a row whose columns are not known here.</summary>
    readonly Dictionary<string, List<CatalogRelation?>> rows = [];

    public KnownRows(JsonElement statement, NameResolver names)
    {
        this.names = names;
        Survey(statement, CollectQuery);
        Survey(statement, Collect);
    }

    /// <summary>What <c>c</c> and <c>c.*</c> name; null for anything longer.</summary>
    public static string? NameOf(JsonElement column) => column.Names("fields") is [var name] ? name : null;

    public bool Have(string row) => rows.ContainsKey(row);

    /// <summary>Every row of this name has a column of that name.</summary>
    public bool HaveColumn(string row, string column) => !nameless && rows.TryGetValue(row, out var found) && found.TrueForAll(r => Has(r, column));

    /// <summary>The same of <c>(row).column</c>, where a column of any row could be meant instead of a row.</summary>
    public bool HaveField(string row, string column) =>
        HaveColumn(row, column) && rows.Values.All(found => found.TrueForAll(r => r is not null && !r.Columns.Any(c => c.Name == row)));

    static bool Has(CatalogRelation? relation, string column) =>
        relation is not null && (relation.Columns.Any(c => c.Name == column) || relation.Kind != 'v' && System.Contains(column));

    void Survey(JsonElement e, Action<string, JsonElement> look)
    {
        // Too deep to be seen, and to be understood.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) nameless = true;
        else if (e.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in e.EnumerateArray()) Survey(item, look);
        }
        else if (e.ValueKind == JsonValueKind.Object)
        {
            foreach (var p in e.EnumerateObject())
            {
                look(p.Name, p.Value);
                Survey(p.Value, look);
            }
        }
    }

    void CollectQuery(string type, JsonElement body)
    {
        if (type == "CommonTableExpr" && body.Text("ctename") is { } name) queries.Add(name);
    }

    void Collect(string type, JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object) return;
        var alias = body.Field("alias")?.Text("aliasname");
        if (body.Text("relname") is { } table) Add(alias ?? table, RelationOf(body));
        else if (alias is not null) Add(alias, null);
        else nameless |= type is "RangeFunction" or "RangeTableFunc" or "JsonTable";
        if (body.Field("join_using_alias")?.Text("aliasname") is { } merged) Add(merged, null);
        if (type == "ReturningOption" && body.Text("value") is { } state) Add(state, null);
        if (type is not ("InsertStmt" or "UpdateStmt" or "DeleteStmt" or "MergeStmt" or "RuleStmt" or "CreateTrigStmt") || body.Field("relation") is not { } changed) return;
        foreach (var row in (string[])["excluded", "old", "new"]) Add(row, RelationOf(changed));
    }

    void Add(string row, CatalogRelation? relation)
    {
        if (!rows.TryGetValue(row, out var found)) rows[row] = found = [];
        found.Add(relation);
    }

    CatalogRelation? RelationOf(JsonElement range)
    {
        var (schema, name) = (range.Text("schemaname"), range.Text("relname") ?? "");
        if (schema is null && queries.Contains(name) || range.Field("alias")?.Field("colnames") is not null) return null;
        var (home, resolved) = names.Relation(schema, name);
        return names.Find(home, resolved);
    }
}
