using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Values;

/// <summary>What stands for a masked value of a type that cannot hold <c>***</c>: zero, empty, the epoch. A client that expects an int gets one.</summary>
internal static class NeutralValues
{
    private static readonly byte[] Ip4 = [2, 32, 0, 4, 0, 0, 0, 0];
    private static readonly byte[] Ip4Network = [2, 32, 1, 4, 0, 0, 0, 0];

    private static readonly FrozenDictionary<uint, (byte[] Text, byte[] Binary)> ByType = Build();

    /// <summary>The types that have one.</summary>
    public static IEnumerable<uint> Types => ByType.Keys.Concat(PostgresTypes.Elements.Keys);

    /// <summary>Null when the type has none: the value becomes NULL.</summary>
    public static byte[]? For(uint oid, short format)
    {
        if (ByType.TryGetValue(oid, out var value))
            return format == 0 ? value.Text : value.Binary;
        return PostgresTypes.Elements.TryGetValue(oid, out var element) ? EmptyArray(element, format) : null;
    }

    /// <summary>Dimensions 0, no NULLs, element type.</summary>
    private static byte[] EmptyArray(uint element, short format)
    {
        if (format == 0)
            return "{}"u8.ToArray();
        var array = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(array.AsSpan(8), element);
        return array;
    }

    private static FrozenDictionary<uint, (byte[], byte[])> Build()
    {
        var values = new Dictionary<uint, (byte[], byte[])>();
        Add("0", new byte[2], 21);
        Add("0", new byte[4], 23, 26, 28, 29, 700, 2203, 2204);
        Add("0", new byte[8], 20, 701, 5069);
        Add("0", new byte[8], 1700);
        Add("$0.00", new byte[8], 790);
        Add("-", new byte[4], 24, 2202, 2205, 2206, 3734, 3769, 4089, 4096, 4191);
        Add("f", new byte[1], 16);
        Add("*", "*"u8.ToArray(), PostgresTypes.Char);
        Add("\\x", [], 17);
        Add("0", [0, 0, 0, 1, 0], 1560, 1562);
        Add("00000000-0000-0000-0000-000000000000", new byte[16], 2950);
        Add("2000-01-01", new byte[4], 1082);
        Add("00:00:00", new byte[8], 1083);
        Add("00:00:00+00", new byte[12], 1266);
        Add("2000-01-01 00:00:00", new byte[8], 1114);
        Add("2000-01-01 00:00:00+00", new byte[8], 1184);
        Add("00:00:00", new byte[16], 1186);
        Add("0.0.0.0", Ip4, 869);
        Add("0.0.0.0/32", Ip4Network, 650);
        Add("00:00:00:00:00:00", new byte[6], 829);
        Add("00:00:00:00:00:00:00:00", new byte[8], 774);
        Add("(0,0)", new byte[16], 600);
        Add("0/0", new byte[8], 3220);
        Add("", new byte[4], 3614);
        Add("empty", [1], 3904, 3906, 3908, 3910, 3912, 3926);
        Add("{}", new byte[4], 4451, 4532, 4533, 4534, 4535, 4536);
        return values.ToFrozenDictionary();

        void Add(string text, byte[] binary, params ReadOnlySpan<uint> oids)
        {
            foreach (var oid in oids)
                values.Add(oid, (Encoding.ASCII.GetBytes(text), binary));
        }
    }
}
