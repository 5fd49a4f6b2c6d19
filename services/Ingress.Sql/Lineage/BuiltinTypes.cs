using System.Collections.Frozen;

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

    /// <summary>Those that are certainly no arrays. What a database defines itself may be a domain over one.</summary>
    static readonly FrozenSet<uint> Single = FrozenSet.Create<uint>(
        16, 17, 18, 19, 20, 21, 23, 25, 26, 27, 28, 29, 114, 142, 600, 601, 602, 603, 604, 628, 650, 700, 701, 718, 774, 790, 829, 869, 1042, 1043, 1082, 1083, 1114, 1184, 1186, 1266,
        1560, 1562, 1700, 1790, 2950, 3220, 3614, 3615, 3802, 3904, 3906, 3908, 3910, 3912, 3926, 5069, 24, 2202, 2203, 2204, 2205, 2206, 3734, 3769, 4089, 4096, 4191);

    public static bool MayBeArray(uint oid) => !Single.Contains(oid);

    /// <param name="names">A type's name as it is written, with its schema if there is one.</param>
    public static bool Have(IReadOnlyList<string?> names, IReadOnlyList<string> path) => names switch
    {
        ["pg_catalog", { } name] => Exact.Contains(name),
        [{ } name] => Exact.Contains(name) && (path is ["pg_catalog", ..] || !path.Contains("pg_catalog")),
        _ => false,
    };

    public static bool IsText(uint oid) => oid is 25 or 1042 or 1043; // text, char(n), varchar

    /// <summary>Not what is or holds floats, nor what a database defines itself, which may.</summary>
    public static bool IsWrittenWhole(uint oid) => Single.Contains(oid) && !Geometric.Contains(oid) && oid is not (600 or 604 or 700 or 701);

    public static bool ComparesNearly(uint oid) => Geometric.Contains(oid);
}
