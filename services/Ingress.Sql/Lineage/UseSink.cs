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

    public void Add(Value value, ColumnUseKind kind, string? function = null)
    {
        foreach (var source in value.Sources.Where(static s => s.IsColumn))
            Add(new ColumnUse(source.Column, KindOf(source, kind)) { Function = source.Plain ? function : null });
        if (value.Opaque) Add(AnyColumn, kind);
    }

    public void Add(string column, ColumnUseKind kind) => Add(new ColumnUse(column, kind));

    void Add(ColumnUse use)
    {
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
