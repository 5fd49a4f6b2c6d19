using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>Collects the columns that decide or are stored.</summary>
sealed class UseSink
{
    /// <summary>Stands for "some column, not known which".</summary>
    public const string AnyColumn = "*";

    const string Count = "pg_catalog.count";

    readonly HashSet<ColumnUse> _seen = [];
    readonly List<ColumnUse> _uses = [];

    public IReadOnlyList<ColumnUse> Uses => _uses;

    /// <summary>While true nothing is recorded: a view's own predicates, a pass that is repeated.</summary>
    public bool Muted { get; set; }

    public void Add(Value value, ColumnUseKind kind)
    {
        foreach (var source in value.Sources)
            Add(source.Column, KindOf(source, kind));
        if (value.Opaque) Add(AnyColumn, kind);
    }

    public void Add(string column, ColumnUseKind kind)
    {
        var use = new ColumnUse(column, kind);
        if (!Muted && _seen.Add(use)) _uses.Add(use);
    }

    /// <summary>
    /// Comparing what was computed from a column tells more than comparing the column; counting a column tells only which rows have none.
    /// </summary>
    static ColumnUseKind KindOf(Source source, ColumnUseKind kind) =>
        source.Through == Count ? ColumnUseKind.NullTest
        : !source.Plain && kind is (ColumnUseKind.Equality or ColumnUseKind.NullTest) ? ColumnUseKind.Other
        : kind;
}
