namespace Hoop.Ingress.Sql.Lineage;

/// <summary>The table that a statement changes, and the values that its columns are given on the way to RETURNING.</summary>
sealed class ChangedRow(FromItem table)
{
    readonly Dictionary<string, Value> _given = [];
    Value? _givenSomewhere;

    public FromItem Table => table;

    /// <param name="column">Null when it is not known which.</param>
    public void Give(string? column, Value value)
    {
        if (column is null) _givenSomewhere = value.Or(_givenSomewhere);
        else _given[column] = value.Or(_given.GetValueOrDefault(column));
    }

    /// <summary>The row as RETURNING shows it: what was there, or what was put there.</summary>
    public FromItem Returned => table with
    {
        Shape = new(
            [.. table.Shape.Columns.Select(c => c with { Value = c.Value.Or(c.Name is null ? Everything : _given.GetValueOrDefault(c.Name)).Or(_givenSomewhere) })],
            table.Shape.Others?.Or(Everything)),
    };

    Value Everything => Value.Union(_given.Values).Or(_givenSomewhere);
}
