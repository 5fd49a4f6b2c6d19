namespace Hoop.Contracts.Operations;

/// <summary>How a statement uses a column other than by returning it.</summary>
public enum ColumnUseKind
{
    /// <summary><c>col = value</c>, <c>col IN (…)</c>, equi-join.</summary>
    Equality,
    /// <summary>&lt;, &gt;, BETWEEN.</summary>
    Range,
    /// <summary>LIKE, ~, SIMILAR TO, full-text match.</summary>
    Pattern,
    /// <summary>ORDER BY, DISTINCT ON, window order.</summary>
    Order,
    /// <summary>GROUP BY, DISTINCT, PARTITION BY, set operations that compare rows.</summary>
    Group,
    /// <summary>IS NULL, IS NOT NULL.</summary>
    NullTest,
    /// <summary>Any other expression that decides something: CASE, function call in WHERE, expression comparisons, whatever may fail or give several rows.</summary>
    Other,
    /// <summary>Its value is written somewhere (INSERT … SELECT, CREATE TABLE AS, UPDATE SET, SELECT INTO, NOTIFY, RAISE).</summary>
    Stored,
    /// <summary>Compared by = with more values than somebody looks up at once, or with a list whose length is not known.</summary>
    Search,
}

/// <param name="Column"><c>schema.relation.column</c>; <c>*</c> when it cannot be told which (it may be any column of the target).</param>
public sealed record ColumnUse(string Column, ColumnUseKind Kind)
{
    /// <summary>The function that the column's own value is handed to, when that is the use.</summary>
    public string? Function { get; init; }

    /// <summary>For <see cref="ColumnUseKind.Equality"/>: the column it is compared with; null when that is what the client wrote down.</summary>
    public string? With { get; init; }

    /// <summary>For <c>*</c>: a name as the client wrote it that none of the statement's tables is known to have; null when there is none such.</summary>
    public string? Missing { get; init; }

    /// <summary>For <c>*</c>: a function that the statement calls whose result may come from any table; null when it calls none, or nobody knows it.</summary>
    public string? Called { get; init; }

    /// <summary>The table whose constraint, index or generated column makes the use when its rows are written; null when the statement itself does.</summary>
    public string? CheckedBy { get; init; }

    /// <summary>For what code that the statement brings could keep: what of the code stands in the way, in a few words; null when it brings none.</summary>
    public string? Code { get; init; }
}

/// <summary>A base-table column that a result column depends on.</summary>
/// <param name="Column"><c>schema.relation.column</c>.</param>
/// <param name="Through">
/// The functions applied to the column's plain value, innermost first (<c>pg_catalog.count</c>). Empty for the value itself and for
/// anything computed from it: a function over an expression is not listed, since <c>count(nullif(ssn, '1'))</c> tells more than <c>count(ssn)</c>.
/// </param>
public sealed record ColumnSource(string Column, IReadOnlyList<string> Through)
{
    /// <summary>The value shown is not the column's own but computed from it: a part of it, an order of it, a comparison, its absence.</summary>
    public bool Computed { get; init; }

    /// <summary>The column under the one name that stands for all its names (of partitions, of parents); null where another source tells.</summary>
    public string? Origin { get; init; }
}

/// <summary>What one result column depends on.</summary>
/// <param name="Opaque">True when the sources could not be determined: it may carry any column of the target.</param>
public sealed record ResultColumn(string Name, IReadOnlyList<ColumnSource> Sources, bool Opaque)
{
    /// <summary>Among its values are some that the client may have made up.</summary>
    public bool HasMadeUp { get; init; }

    /// <summary>Depends on no stored column.</summary>
    public static ResultColumn Constant(string name) => new(name, [], false);
}
