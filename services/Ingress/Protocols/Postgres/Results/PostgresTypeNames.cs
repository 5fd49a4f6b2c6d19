using Hoop.Ingress.Protocols.Postgres.Masking.Values;

namespace Hoop.Ingress.Protocols.Postgres.Results;

/// <summary>What people call the built-in types.</summary>
internal static class PostgresTypeNames
{
    internal static string Of(uint oid) => oid switch
    {
        16 => "boolean", 17 => "bytea", 18 => "char", 19 => "name", 20 => "bigint", 21 => "smallint", 23 => "integer", 25 => "text", 26 => "oid",
        114 => "json", 142 => "xml", 700 => "real", 701 => "double precision", 790 => "money", 869 => "inet", 1042 => "character", 1043 => "character varying",
        1082 => "date", 1083 => "time", 1114 => "timestamp", 1184 => "timestamptz", 1186 => "interval", 1266 => "timetz", 1700 => "numeric",
        2249 => "record", 2278 => "void", 2950 => "uuid", 3802 => "jsonb",
        _ => PostgresTypes.Elements.TryGetValue(oid, out var element) ? Of(element) + "[]" : $"type {oid}",
    };
}
