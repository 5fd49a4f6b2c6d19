using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>Collects the columns that decide or are stored.</summary>
sealed class UseSink
{
    /// <summary>Stands for "some column, not known which".</summary>
    public const string AnyColumn = "*";

    public const string Count = "pg_catalog.count";

    /// <summary>Somebody who looks up a person writes one number, or a few; whoever writes many searches.</summary>
    public const int MostCompared = 10;

    readonly Dictionary<string, int> _compared = [];
    readonly HashSet<(int, int, int)> _places = [];
    readonly HashSet<ColumnUse> _seen = [];
    readonly List<ColumnUse> _uses = [];

    public IReadOnlyList<ColumnUse> Uses => _uses;

    /// <summary>While true nothing is recorded: a view's own predicates, a pass that is repeated.</summary>
    public bool Muted { get; set; }

    /// <summary>The first name that should be a column and is none that is known: most often somebody's mistake.</summary>
    public string? Missing { get; private set; }

    /// <summary>The first function whose result may come from any table.</summary>
    string? _called;

    public void Call(string function)
    {
        if (!Muted && function.Contains('.', StringComparison.Ordinal)) _called ??= function;
    }

    public Value Miss(string name)
    {
        if (!Muted) Missing ??= name;
        return Value.Unknown;
    }

    public void Add(Value value, ColumnUseKind kind, string? function = null)
    {
        foreach (var source in value.Sources.Where(static s => s.IsColumn))
            Add(new ColumnUse(source.Column, KindOf(source, kind)) { Function = source.Plain ? function : null }, source.IsDoubtful);
        if (value.Opaque) AddAny(kind);
    }

    /// <summary>Compared by = with values that the client wrote down.</summary>
    /// <param name="place">Where in the text: what is read twice counts once.</param>
    /// <param name="element">Which of several at that place.</param>
    /// <param name="part">Which column of a row.</param>
    public void AddWritten(Value value, int count, int place, int element = 0, int part = 0)
    {
        if (Muted) return;
        var counts = _places.Add((place, element, part));
        foreach (var source in value.Sources.Where(static s => s.IsColumn))
        {
            var compared = _compared.GetValueOrDefault(source.Column);
            if (counts) _compared[source.Column] = compared = (int)Math.Min(int.MaxValue, (long)compared + count);
            var kind = KindOf(source, ColumnUseKind.Equality);
            Add(new ColumnUse(source.Column, kind == ColumnUseKind.Equality && compared > MostCompared ? ColumnUseKind.Search : kind), source.IsDoubtful);
        }
        if (value.Opaque) AddAny(ColumnUseKind.Equality);
    }

    /// <summary>Two values of columns, compared by =: what each is compared with matters as much as that it is.</summary>
    public void AddCompared(Value left, Value right)
    {
        AddOneWay(left, right);
        AddOneWay(right, left);
        if (left.Opaque || right.Opaque) AddAny(ColumnUseKind.Equality);
    }

    void AddOneWay(Value value, Value other)
    {
        List<string?> origins = [.. other.Sources.Select(static s => s.Origin).Where(static o => o is not null).Distinct().DefaultIfEmpty()];
        foreach (var source in value.Sources.Where(static s => s.IsColumn))
            foreach (var origin in origins)
                Add(new ColumnUse(source.Column, KindBetween(source, origin)) { With = origin }, source.IsDoubtful);
    }

    /// <summary>Who is under a mask cannot put masked values into a table of his session's own: what it holds are guesses, and any number of them.</summary>
    static ColumnUseKind KindBetween(Source source, string? origin) =>
        KindOf(source, ColumnUseKind.Equality) is var kind && kind == ColumnUseKind.Equality && origin is not null && TemporaryRelations.Owns(origin) && !TemporaryRelations.Owns(source.Column)
            ? ColumnUseKind.Search : kind;

    public void Add(string column, ColumnUseKind kind) => Add(new ColumnUse(column, kind), TemporaryRelations.Owns(column));

    /// <summary>What a statement within this one was found to do.</summary>
    public void Take(ColumnUse use) => Add(use, doubtful: false);

    /// <summary>From here on values may go where they cannot be followed.</summary>
    public void Hide() => Take(new ColumnUse(AnyColumn, ColumnUseKind.Stored));

    void AddAny(ColumnUseKind kind) => Take(new ColumnUse(AnyColumn, kind) { Missing = Missing, Called = _called });

    /// <param name="doubtful">Nobody knows what the column holds.</param>
    void Add(ColumnUse use, bool doubtful)
    {
        if (Muted || !_seen.Add(use)) return;
        _uses.Add(use);
        // To look something up there tells of nothing else: a view's column is under its table's name, too.
        if (doubtful && use.Kind is not (ColumnUseKind.Equality or ColumnUseKind.NullTest)) AddAny(use.Kind);
    }

    /// <summary>
    /// Comparing what was computed from a column tells more than comparing the column; counting a column tells only which rows have none.
    /// </summary>
    static ColumnUseKind KindOf(Source source, ColumnUseKind kind) =>
        source.Through == Count ? ColumnUseKind.NullTest
        : !source.Plain && kind is (ColumnUseKind.Equality or ColumnUseKind.NullTest) ? ColumnUseKind.Other
        : kind;
}
