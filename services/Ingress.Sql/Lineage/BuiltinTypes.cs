using System.Collections.Frozen;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>PostgreSQL's own types, and how they compare.</summary>
static class BuiltinTypes
{
    /// <summary>Two values of them are equal when they are the same, or the same but for how they are written.</summary>
    static readonly FrozenSet<string> Exact = FrozenSet.Create(
        "text", "varchar", "bpchar", "char", "name", "bytea", "bit", "varbit", "bool", "uuid", "json", "jsonb", "xml", "int2", "int4", "int8", "float4", "float8", "numeric", "money",
        "date", "time", "timetz", "timestamp", "timestamptz", "interval", "inet", "cidr", "macaddr", "macaddr8", "oid", "xid", "xid8", "cid", "tid", "pg_lsn",
        "regclass", "regtype", "regproc", "regprocedure", "regoper", "regoperator", "regrole", "regnamespace", "regconfig", "regdictionary",
        "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange", "tsvector", "tsquery");

    /// <summary>lseg, path, box, line and circle: their = compares numbers of points and areas, or nearly.</summary>
    static readonly FrozenSet<uint> Geometric = FrozenSet.Create<uint>(601, 602, 603, 628, 718);

    /// <summary>Arrays of json, xml and figures: without an equality of their elements, = fails for those that are as long.</summary>
    static readonly FrozenSet<uint> Unequal = FrozenSet.Create<uint>(199, 143, 1017, 1018, 1019, 1020, 1027, 629, 719);

    /// <summary>Ranges and multiranges.</summary>
    static readonly FrozenSet<uint> Ranges = FrozenSet.Create<uint>(3904, 3906, 3908, 3910, 3912, 3926, 4451, 4532, 4533, 4534, 4535, 4536);

    /// <summary>date, timestamp with and without time zone, interval.</summary>
    static readonly FrozenSet<uint> Times = FrozenSet.Create<uint>(1082, 1114, 1184, 1186);

    /// <summary>Those that are certainly no arrays, nor search vectors and strings of bits, of which two together may be too long as well. What a database defines itself may be a domain over one.</summary>
    static readonly FrozenSet<uint> Single = FrozenSet.Create<uint>(
        16, 17, 18, 19, 20, 21, 23, 25, 26, 27, 28, 29, 114, 142, 600, 601, 602, 603, 604, 628, 650, 700, 701, 718, 774, 790, 829, 869, 1042, 1043, 1082, 1083, 1114, 1184, 1186, 1266,
        1700, 1790, 2950, 3220, 3802, 3904, 3906, 3908, 3910, 3912, 3926, 5069, 24, 2202, 2203, 2204, 2205, 2206, 3734, 3769, 4089, 4096, 4191);

    public static bool MayBeArray(uint oid) => !Single.Contains(oid);

    /// <param name="names">A type's name as it is written, with its schema if there is one.</param>
    public static bool Have(IReadOnlyList<string?> names, SqlContext context) => names switch
    {
        ["pg_catalog", { } name] => Exact.Contains(name),
        [{ } name] => Exact.Contains(name) && MeansSystems(name, context),
        _ => false,
    };

    public static bool IsText(uint oid) => oid is 25 or 1042 or 1043; // text, char(n), varchar

    /// <summary>Not what is or holds floats, nor what a database defines itself, which may.</summary>
    public static bool IsWrittenWhole(uint oid) => Single.Contains(oid) && !AreFigures(oid) && oid is not (700 or 701);

    /// <summary>PostgreSQL's own are certain to be those that are meant.</summary>
    /// <param name="schema">Null: it is written without one.</param>
    public static bool IsOne(string? schema, string name) => schema is null or "pg_catalog" && Exact.Contains(name);

    /// <summary>The session's own types come before PostgreSQL's, and so do those of schemas that the path names before pg_catalog.</summary>
    static bool MeansSystems(string name, SqlContext context) =>
        !context.IsTemporary(name) && context is { CodeMade: false, Changes: null }
        && context.SearchPath.TakeWhile(static s => s != "pg_catalog").All(s => s.StartsWith(TemporaryRelations.Schema, StringComparison.Ordinal) || !context.SearchPath.Contains("pg_catalog"));

    /// <summary>Figures, whose comparing multiplies until numbers are too large, and ranges, which may have no bounds.</summary>
    public static bool AreComposed(uint oid) => AreFigures(oid) || Ranges.Contains(oid);

    /// <summary>The geometric ones, and points and polygons.</summary>
    static bool AreFigures(uint oid) => Geometric.Contains(oid) || oid is 600 or 604;

    /// <summary>They may be infinite: what is then said of them may be NULL, or fail.</summary>
    public static bool MayBeInfinite(uint oid) => Times.Contains(oid);

    /// <summary>json, which nobody looked into as far as jsonb would.</summary>
    public static bool IsJson(uint oid) => oid == 114;

    public static bool ComparesNearly(uint oid) => Geometric.Contains(oid) || Unequal.Contains(oid);
}
