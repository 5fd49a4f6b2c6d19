namespace Hoop.Ingress.Sql.Lineage;

/// <summary>
/// Rows that are grouped by a table's whole primary key: each group has one row of that table, so its other columns make no more groups. Reports have to name all
/// that they show (<c>GROUP BY c.id, c.name, c.email</c>). The server does not even look at such a column then; it does for DISTINCT, and by its values or their hashes it
/// would put the rows in order.
/// </summary>
static class KeyedRows
{
    /// <param name="keys">What one query groups by.</param>
    /// <returns>The places of those that decide: all but plain columns of tables whose key is among them.</returns>
    public static IEnumerable<int> Deciding(IReadOnlyList<Node> keys, Scope scope)
    {
        var all = Enumerable.Range(0, keys.Count);
        if (keys.Any(static k => k.Kind == "GroupingSet")) return all;
        List<(FromItem? Item, string? Name)> columns = [.. keys.Select(k => Column(k, scope))];
        return all.Where(i => columns[i].Item is not { } item || !item.Key.All(k => columns.Contains((item, k))));
    }

    /// <summary>A stored column of a table of this query that has a key.</summary>
    static (FromItem?, string?) Column(Node node, Scope scope)
    {
        if (node.Kind != "ColumnRef" || node.Names("fields") is not ({ Count: 1 } or { Count: 2 }) || node.Names("fields") is not [.., { } column]) return default;
        // What a bare name means among several may be more than one column.
        var items = node.Names("fields") is [{ } table, _] ? scope.Items.FindAll(i => i.Name == table) : scope.Items;
        return items is [{ Key.Count: > 0 } item] && item.Shape.Find(column) is { IsPlain: true } ? (item, column) : default;
    }
}
