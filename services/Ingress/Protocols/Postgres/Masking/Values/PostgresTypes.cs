using System.Collections.Frozen;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Values;

/// <summary>Object ids of the built-in types (<c>pg_type.dat</c>; they never change).</summary>
internal static class PostgresTypes
{
    public const uint Char = 18, Json = 114, Jsonb = 3802, JsonPath = 4072, Record = 2249, RecordArray = 2287;

    /// <summary>From here on object ids belong to the database: enums, composites, extension types.</summary>
    public const uint FirstUserDefined = 16384;

    /// <summary>name, text, cstring, unknown, bpchar, varchar, xml: the same bytes in text and binary.</summary>
    public static bool IsText(uint oid) => oid is 19 or 25 or 142 or 705 or 1042 or 1043 or 2275;

    /// <summary>Text search vectors and queries hold words of the text they were made from.</summary>
    public static bool IsTextSearch(uint oid) => oid is 3614 or 3615;

    public static bool IsArrayOf(uint array, Func<uint, bool> element) => Elements.TryGetValue(array, out var oid) && element(oid);

    /// <summary>Array type → element type.</summary>
    public static readonly FrozenDictionary<uint, uint> Elements = new Dictionary<uint, uint>
    {
        [1000] = 16, [1001] = 17, [1002] = 18, [1003] = 19, [1005] = 21, [1007] = 23, [1008] = 24, [1009] = 25, [1028] = 26, [1011] = 28,
        [1014] = 1042, [1015] = 1043, [1016] = 20, [1017] = 600, [1021] = 700, [1022] = 701, [1040] = 829, [775] = 774, [1041] = 869, [651] = 650,
        [1115] = 1114, [1182] = 1082, [1183] = 1083, [1185] = 1184, [1187] = 1186, [1231] = 1700, [1270] = 1266, [1561] = 1560, [1563] = 1562,
        [2951] = 2950, [199] = 114, [3807] = 3802, [143] = 142, [1263] = 2275, [791] = 790, [3643] = 3614, [3645] = 3615, [4073] = 4072,
        [3905] = 3904, [3907] = 3906, [3909] = 3908, [3911] = 3910, [3913] = 3912, [3927] = 3926, [RecordArray] = Record,
    }.ToFrozenDictionary();
}
