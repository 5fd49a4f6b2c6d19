namespace Hoop.Ingress.Sql.Lineage;

/// <summary>Something that names in a query can refer to: PostgreSQL's ParseNamespaceItem.</summary>
/// <param name="Name">Null for a join without an alias.</param>
sealed record FromItem(string? Name, Shape Shape)
{
    /// <summary>Set for a table without an alias: <c>schema.table.column</c> reaches it.</summary>
    public string? Schema { get; init; }

    /// <summary>False inside a join, whose own columns stand for these, and for OLD and NEW.</summary>
    public bool ColumnsVisible { get; init; } = true;

    /// <summary>A table: ctid, xmin and their like exist.</summary>
    public bool HasSystemColumns { get; init; }

    /// <summary>The columns of its primary key, where no two of its rows have the same: a table, under the names that it has itself, without heirs that may have rows of the same key.</summary>
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>A column that is certainly here, or null.</summary>
    public Value? Find(string column) =>
        Shape.Find(column) ?? (HasSystemColumns && IsSystemColumn(column) ? Value.None : null);

    static bool IsSystemColumn(string name) => name is "ctid" or "xmin" or "cmin" or "xmax" or "cmax" or "tableoid";
}
