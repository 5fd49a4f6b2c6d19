using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>A column that a value depends on.</summary>
/// <param name="Through">The function that was applied to its plain value; null when none was, or when it was applied to an expression.</param>
/// <param name="Plain">The value is the column's own, unchanged.</param>
/// <param name="Origin">The column under the one name that stands for all its names (of partitions, of the tables it inherits from); null where another source tells.</param>
readonly record struct Source(string Column, string? Through, bool Plain, string? Origin = null)
{
    /// <summary>What is made of several arrays fails when their dimensions differ.</summary>
    public bool MayBeArray { get; init; }

    /// <summary>An array whose dimensions are known, unless it is NULL by what it is: put beside others it fails then, too.</summary>
    public bool IsArray { get; init; }

    /// <summary>Of one of PostgreSQL's own text types.</summary>
    public bool IsText { get; init; }

    /// <summary>As text it says the whole value, whatever the settings; of a float extra_float_digits leaves a digit.</summary>
    public bool IsWrittenWhole { get; init; }

    /// <summary>
    /// A row, or what may hold rows: two of them are compared column by column, and columns of different types fail when it comes to them. So do figures, by their numbers.
    /// </summary>
    public bool HoldsRows { get; init; }

    /// <summary>A date or time that may be infinite.</summary>
    public bool MayBeInfinite { get; init; }

    /// <summary>Of a type or a collation that is not PostgreSQL's usual.</summary>
    public bool IsForeign { get; init; }

    /// <summary>A part of a JSON document. Where that is json, nobody has looked at what it holds: as jsonb it may fail.</summary>
    public bool IsPart { get; init; }

    /// <summary>Whether it is NULL hangs on what the value is, not on whether there is one: a pattern that was not found, NULLIF, a key or an element that is not there.</summary>
    public bool MayLapse { get; init; }

    /// <summary>Of a value that nobody can say the source of.</summary>
    public static readonly Source Lapse = new("", null, false) { MayLapse = true };

    /// <summary>Stands among the sources of a text that was made as long as somebody liked: what is put beside it may be what no longer fits.</summary>
    public static readonly Source Swollen = new("", "", false);

    /// <summary>Stands among the sources of what was given a collation, or may be of a type of the database's own.</summary>
    public static readonly Source Foreign = new("", "?", false) { IsForeign = true };

    /// <summary>
    /// Stands among the sources of what a query makes up: rows of functions, of VALUES, of recursion, constants of a subquery. Compared with a
    /// column by =, such rows find its value as surely as &lt; and &gt; do: <c>select x from generate_series(…) x join customers on ssn = x::text</c>.
    /// </summary>
    public static readonly Source MadeUp = new("", null, true);

    public bool IsColumn => Column.Length > 0;

    public bool IsMadeUp => Plain && !IsColumn;

    public bool IsSwelling => Through == "";

    /// <summary>Of one of the session's own relations for which somebody vouches.</summary>
    public bool IsVouched { get; init; }

    /// <summary>Of another of them. What tables among them hold, nobody can say: they may be older than the masks.</summary>
    public bool IsDoubtful => !IsVouched && TemporaryRelations.Owns(Column);

    /// <summary>Used in an expression of operators, casts, conditions.</summary>
    public Source Derived => this with { Plain = false };

    /// <summary>Handed to a function. Only the innermost function counts: what a later one tells depends on the earlier one's secrets.</summary>
    public Source Into(string function) => Plain ? this with { Through = function, Plain = false } : this;
}
