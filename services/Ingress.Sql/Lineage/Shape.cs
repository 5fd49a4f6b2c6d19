namespace Hoop.Ingress.Sql.Lineage;

/// <param name="Name">Null when PostgreSQL's choice of name is not modelled: it may then be called anything.</param>
sealed record OutputColumn(string? Name, Value Value);

/// <summary>The columns of something in FROM, or of a query's result.</summary>
/// <param name="Others">Not null: there may be more columns, of any name and at any place, and this is what they depend on.</param>
sealed record Shape(IReadOnlyList<OutputColumn> Columns, Value? Others = null)
{
    public static readonly Shape Empty = new([]);

    /// <summary>A relation that nothing is known of.</summary>
    public static readonly Shape Unknown = new([], Value.Unknown);

    public bool Closed => Others is null;

    /// <summary>The row as one value.</summary>
    public Value Row => Value.Union(Columns.Select(static c => c.Value)).Or(Others);

    /// <summary>The column of this very name, or null.</summary>
    public Value? Find(string name)
    {
        Value? found = null;
        foreach (var column in Columns)
            if (column.Name == name) found = found is null ? column.Value : found.Or(column.Value);
        return found;
    }

    /// <summary>What a column of a name that is not listed could be; null when there can be none.</summary>
    public Value? Possible
    {
        get
        {
            var possible = Others;
            foreach (var column in Columns)
                if (column.Name is null) possible = possible is null ? column.Value : possible.Or(column.Value);
            return possible;
        }
    }

    /// <summary>Column <paramref name="index"/>, counted from 0.</summary>
    public Value At(int index) => !Closed ? Row : index >= 0 && index < Columns.Count ? Columns[index].Value : Value.Unknown;

    /// <summary>Gives the first columns the names of an alias's list.</summary>
    public Shape Rename(IReadOnlyList<string?> names)
    {
        if (names.Count == 0) return this;
        if (!Closed)
            // Places are not certain, so neither is which column a name means.
            return new([.. names.Select(n => new OutputColumn(n, Row))], Row);
        return new([.. Columns.Select((c, i) => i < names.Count ? c with { Name = names[i] } : c)]);
    }

    public Shape Map(Func<Value, Value> change) => new([.. Columns.Select(c => c with { Value = change(c.Value) })], Others is null ? null : change(Others));

    /// <summary>Column by column, as UNION puts two results together.</summary>
    public Shape MergeWith(Shape other)
    {
        if (Closed && other.Closed && Columns.Count == other.Columns.Count)
            return new([.. Columns.Zip(other.Columns, static (a, b) => a with { Value = a.Value.Either(b.Value) })]);
        var row = Row.Or(other.Row);
        return new([.. Columns.Select(c => c with { Value = row })], row);
    }

    /// <summary>Side by side, as FROM puts two relations together.</summary>
    public static Shape Concat(IEnumerable<Shape> shapes)
    {
        List<OutputColumn> columns = [];
        Value? others = null;
        foreach (var shape in shapes)
        {
            columns.AddRange(shape.Columns);
            if (shape.Others is not null) others = shape.Others.Or(others);
        }
        return new(columns, others);
    }
}
