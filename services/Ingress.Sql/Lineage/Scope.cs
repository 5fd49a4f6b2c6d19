namespace Hoop.Ingress.Sql.Lineage;

/// <summary>The names in sight of one query level; resolution goes outwards level by level, as PostgreSQL's does.</summary>
sealed class Scope(Scope? outer, CteChain? ctes)
{
    public Scope? Outer => outer;

    public CteChain? Ctes => ctes;

    public List<FromItem> Items { get; init; } = [];

    /// <summary>The WINDOW clause: what each window's result depends on besides the function's arguments.</summary>
    public Dictionary<string, Value> Windows { get; } = [];

    /// <summary>An unqualified column of this level or one further out; null when there is none.</summary>
    public Value? FindColumn(string name)
    {
        Value? possible = null;
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.ColumnHere(name) is { } certain) return certain.Or(possible);
            if (scope.PossibleHere is { } value) possible = value.Or(possible);
        }
        return possible is null ? null : possible.Or(FindItem(name)?.Shape.Row);
    }

    /// <summary>What a column of this level could be whose name is not known; null when there can be none.</summary>
    public Value? PossibleHere
    {
        get
        {
            Value? possible = null;
            foreach (var item in Items)
                if (item.ColumnsVisible && item.Shape.Possible is { } value) possible = value.Or(possible);
            return possible;
        }
    }

    /// <summary>A column that this level certainly has.</summary>
    public Value? ColumnHere(string name)
    {
        Value? found = null;
        foreach (var item in Items)
            if (item.ColumnsVisible && item.Find(name) is { } value) found = value.Or(found);
        return found;
    }

    /// <summary>The nearest relation or alias of this name. Two of one name on a level are an error to PostgreSQL; here they are taken together.</summary>
    public FromItem? FindItem(string name, string? schema = null)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            FromItem? found = null;
            foreach (var item in scope.Items)
            {
                if (item.Name != name || (schema is not null && item.Schema != schema)) continue;
                found = found is null ? item : new(name, new([], found.Shape.Row.Or(item.Shape.Row)));
            }
            if (found is not null) return found;
        }
        return null;
    }
}
