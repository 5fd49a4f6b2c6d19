using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>Arrays of PostgreSQL's own types in binary, as drivers send lists: written as the server would.</summary>
internal static class BindArrayText
{
    internal delegate string? Element(ReadOnlySpan<byte> value, uint type);

    private const int MostDimensions = 6;

    /// <summary>Array types and those of their elements, by number (pg_type.dat).</summary>
    private static readonly FrozenDictionary<uint, uint> Elements = new Dictionary<uint, uint>
    {
        [1000] = 16, [1001] = 17, [1002] = 18, [1003] = 19, [1005] = 21, [1007] = 23, [1009] = 25, [1014] = 1042, [1015] = 1043, [1016] = 20, [1021] = 700, [1022] = 701, [1028] = 26,
        [1115] = 1114, [1182] = 1082, [1183] = 1083, [1185] = 1184, [1187] = 1186, [1231] = 1700, [2951] = 2950, [199] = 114, [3807] = 3802,
    }.ToFrozenDictionary();

    internal static uint? ElementOf(uint array) => Elements.TryGetValue(array, out var element) ? element : null;

    /// <returns>Null: it is no such array, to the last byte.</returns>
    internal static string? Read(ReadOnlySpan<byte> value, uint type, Element read)
    {
        if (value.Length < 12 || BinaryPrimitives.ReadUInt32BigEndian(value[8..]) != type) return null;
        var dimensions = BinaryPrimitives.ReadInt32BigEndian(value);
        if (dimensions == 0) return value.Length == 12 ? "{}" : null;
        if (dimensions is < 0 or > MostDimensions || value.Length < 12 + dimensions * 8) return null;
        var lengths = new int[dimensions];
        for (var i = 0; i < dimensions; i++)
        {
            lengths[i] = BinaryPrimitives.ReadInt32BigEndian(value[(12 + i * 8)..]);
            // Numbered otherwise than from 1: another array than one of the same elements.
            if (lengths[i] <= 0 || BinaryPrimitives.ReadInt32BigEndian(value[(16 + i * 8)..]) != 1) return null;
        }

        var text = new StringBuilder();
        var rest = value[(12 + dimensions * 8)..];
        return Write(text, lengths, 0, ref rest, type, read) && rest.IsEmpty ? text.ToString() : null;
    }

    private static bool Write(StringBuilder text, int[] lengths, int dimension, ref ReadOnlySpan<byte> rest, uint type, Element read)
    {
        text.Append('{');
        for (var i = 0; i < lengths[dimension]; i++)
        {
            if (i > 0) text.Append(',');
            if (dimension + 1 < lengths.Length ? !Write(text, lengths, dimension + 1, ref rest, type, read) : !WriteOne(text, ref rest, type, read)) return false;
        }

        text.Append('}');
        return true;
    }

    private static bool WriteOne(StringBuilder text, ref ReadOnlySpan<byte> rest, uint type, Element read)
    {
        if (rest.Length < 4) return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(rest);
        rest = rest[4..];
        if (length == -1)
        {
            text.Append("NULL");
            return true;
        }

        if (length < 0 || length > rest.Length || read(rest[..length], type) is not { } one) return false;
        rest = rest[length..];
        var plain = one.Length > 0 && !one.Equals("NULL", StringComparison.OrdinalIgnoreCase) && one.AsSpan().IndexOfAny("{},\"\\ \t\n\r\v\f") < 0;
        text.Append(plain ? one : $"\"{one.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        return true;
    }
}
