using System.Collections.Immutable;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>What an expression's value depends on. Immutable.</summary>
/// <param name="opaque">It may depend on anything.</param>
sealed class Value(ImmutableArray<Source> sources, bool opaque)
{
    /// <summary>Depends on no stored column.</summary>
    public static readonly Value None = new([], false);

    public static readonly Value Unknown = new([], true);

    static readonly Value MadeUp = new([Source.MadeUp], false);

    /// <summary>Kept, so that statements returning the column as it is share one list: a table with many partitions has many names per column.</summary>
    IReadOnlyList<ColumnSource>? _columnSources;

    public ImmutableArray<Source> Sources => sources;

    public bool Opaque => opaque;

    /// <param name="origin">See <see cref="Source.Origin"/>.</param>
    /// <param name="vouched">See <see cref="Source.IsVouched"/>.</param>
    public static Value Of(IEnumerable<string> columns, string? origin, bool vouched = false) => new([.. columns.Distinct().Select(c => new Source(c, null, true, origin) { IsVouched = vouched })], false);

    /// <summary>Of a type that is an array, or may be one.</summary>
    public Value AsArray() => With(static s => s with { MayBeArray = true });

    /// <summary>See <see cref="Source.IsText"/>.</summary>
    public Value AsText() => With(static s => s with { IsText = true });

    /// <summary>See <see cref="Source.IsWrittenWhole"/>.</summary>
    public Value AsWrittenWhole() => With(static s => s with { IsWrittenWhole = true });

    public bool IsWrittenWhole => sources.All(static s => !s.IsColumn || s.IsWrittenWhole);

    public bool IsText => !opaque && !sources.IsEmpty && sources.All(static s => s.IsText);

    /// <summary>An array, or the elements of one, that was put together here: see <see cref="Source.IsArray"/>.</summary>
    public Value AsMadeArray() => With(static s => s with { IsArray = true });

    /// <summary>One of several arrays: whichever it is decides its dimensions.</summary>
    public Value AsChosen() => sources.Any(static s => s.IsArray) ? With(static s => s.IsArray ? s with { MayBeArray = true } : s) : this;

    /// <summary>See <see cref="Source.HoldsRows"/>.</summary>
    public Value AsRow() => With(static s => s with { HoldsRows = true });

    /// <summary>No array, row or time any more: a text, a number, JSON.</summary>
    public Value AsOne() => sources.Any(static s => s.MayBeArray || s.IsArray || s.HoldsRows || s.MayBeInfinite)
        ? With(static s => s with { MayBeArray = false, IsArray = false, HoldsRows = false, MayBeInfinite = false }) : this;

    /// <summary>See <see cref="Source.MayBeInfinite"/>.</summary>
    public Value AsTime() => With(static s => s with { MayBeInfinite = true });

    /// <summary>What of it may be infinite.</summary>
    public Value Times => sources.Any(static s => s.MayBeInfinite) ? new([.. sources.Where(static s => s.MayBeInfinite)], false) : None;

    /// <summary>See <see cref="Source.IsForeign"/>: a constant may be so, too.</summary>
    public Value AsForeign() => sources.IsEmpty ? new([Source.Foreign], opaque) : With(static s => s with { IsForeign = true });

    /// <summary>Some of it may be of a type or a collation that the database defines itself: its operators are not PostgreSQL's, and collations may conflict.</summary>
    public bool IsForeign => sources.Any(static s => s.IsForeign || s.MayBeArray);

    /// <summary>See <see cref="Source.IsPart"/>.</summary>
    public Value AsPart() => With(static s => s with { IsPart = true });

    public Value Parts => sources.Any(static s => s.IsPart) ? new([.. sources.Where(static s => s.IsPart)], false) : None;

    /// <summary>An element of an array.</summary>
    public Value AsElement() => sources.Any(static s => s.IsArray) ? With(static s => s with { IsArray = false }) : this;

    /// <summary>What of it may come from arrays of other dimensions, or be none where arrays are.</summary>
    public Value Arrays => opaque || sources.Any(static s => s.MayBeArray || s.IsArray && s.MayLapse) ? new([.. sources.Where(static s => s.MayBeArray || s.IsArray && s.MayLapse)], opaque) : None;

    /// <summary>What is in it is compared part by part.</summary>
    public bool IsComposed => sources.Any(static s => s.HoldsRows || s.MayBeArray);

    /// <summary>See <see cref="Source.MayLapse"/>.</summary>
    public Value Lapsing() => sources.IsEmpty && !opaque ? this : new([.. sources.Select(static s => s with { MayLapse = true }).Concat(opaque ? [Source.Lapse] : [])], opaque);

    /// <summary>What of it may be NULL by what it is.</summary>
    public Value Lapses => sources.Any(static s => s.MayLapse) ? new([.. sources.Where(static s => s.MayLapse)], opaque) : None;

    /// <summary>See <see cref="Source.Swollen"/>.</summary>
    public Value Swelling() => IsSwollen ? this : new([.. sources, Source.Swollen], opaque);

    public bool IsSwollen => sources.Any(static s => s.IsSwelling);

    /// <summary>The same for comparisons: another source of the value says which column it is.</summary>
    public Value WithoutOrigin() => new([.. sources.Select(static s => s with { Origin = null })], opaque);

    /// <summary>After an operator, a cast or a choice.</summary>
    public Value Derived() => HasPlain ? new([.. sources.Select(static s => s.Derived).Distinct()], opaque) : this;

    /// <summary>After a function.</summary>
    public Value Into(string function) => HasPlain ? new([.. sources.Select(s => s.Into(function)).Distinct()], opaque) : this;

    public Value Or(Value? other)
    {
        if (other is null || ReferenceEquals(this, other)) return this;
        if (other.Sources.IsEmpty && (opaque || !other.Opaque)) return this;
        if (sources.IsEmpty && (other.Opaque || !opaque)) return other;
        return new([.. sources.Union(other.Sources)], opaque || other.Opaque);
    }

    /// <summary>As seen through a query around it: what came from no column of a table was made up.</summary>
    public Value Seen() => HasPlain || opaque ? this : Or(MadeUp);

    /// <summary>One branch or the other: made up when one is and the other is not.</summary>
    public Value Either(Value other) => HasPlain == other.HasPlain ? Or(other) : Or(other).Or(MadeUp);

    /// <summary>It is the value of a column, of any table, and of nothing else.</summary>
    public bool IsStored => HasPlain && sources.All(static s => s.IsColumn);

    /// <summary>Of columns, whichever, as they are stored.</summary>
    public bool IsPlain => !opaque && !sources.IsEmpty && sources.All(static s => s is { Plain: true, IsColumn: true });

    public static Value Union(IEnumerable<Value> values)
    {
        HashSet<Value> all = [.. values];
        if (all.Count < 3) return all.Aggregate(None, static (a, b) => a.Or(b));
        return new([.. all.SelectMany(static v => v.Sources).Distinct()], all.Any(static v => v.Opaque));
    }

    public ResultColumn ToResult(string name) =>
        new(name, _columnSources ??= ColumnSources(), opaque || sources.Any(static s => s.IsDoubtful)) { HasMadeUp = sources.Any(static s => s.IsMadeUp || TemporaryRelations.Owns(s.Column)) };

    /// <summary>It depends on some.</summary>
    public bool HasColumns => sources.Any(static s => s.IsColumn);

    Value With(Func<Source, Source> change) => sources.IsEmpty ? this : new([.. sources.Select(change).Distinct()], opaque);

    bool HasPlain => sources.Any(static s => s.Plain);

    List<ColumnSource> ColumnSources() =>
    [
        .. sources.Where(static s => s.IsColumn).DistinctBy(static s => (s.Column, s.Through, s.Plain, s.Origin))
            .Select(static s => new ColumnSource(s.Column, s.Through is null ? [] : [s.Through]) { Computed = !s.Plain, Origin = s.Origin }),
    ];
}
