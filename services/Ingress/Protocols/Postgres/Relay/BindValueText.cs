using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>Bind values as text, for people and for the record: what an approver sees and an approval is bound to.</summary>
internal static class BindValueText
{
    private const int Longest = 4096;
    private const uint Bytea = 17;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);

    internal static string?[] Of(in Bind bind, ReadOnlySpan<uint> types)
    {
        var values = new string?[bind.ParameterCount];
        var reader = bind.Values;
        for (var i = 0; i < values.Length; i++)
        {
            if (!reader.TryReadValue(out var value)) continue;
            values[i] = Shown(value, bind.IsBinary(i), i < types.Length ? types[i] : 0);
        }

        return values;
    }

    /// <param name="longest">A longer value is named by its hash.</param>
    internal static string Render(ReadOnlySpan<byte> value, bool binary, uint type, int longest = Longest)
    {
        // A long value is named by its hash: still bound, never shown in full.
        if (value.Length > longest) return $"({value.Length} bytes, sha256 {Convert.ToHexStringLower(SHA256.HashData(value))})";
        if (!binary) return Text(value);
        return Decoded(value, type) ?? Hex(value);
    }

    // Bytes that nobody can read say that they are, and are not taken for a text that looks like them.
    private static string Shown(ReadOnlySpan<byte> value, bool binary, uint type) =>
        !binary || type == Bytea || value.Length > Longest ? Render(value, binary, type)
        : Decoded(value, type) ?? $"({value.Length} bytes of {(type == 0 ? "a type that was not said" : $"type {type}")}: {Hex(value)})";

    private static string? Decoded(ReadOnlySpan<byte> value, uint type) =>
        (type, value.Length) switch
        {
            (16, 1) => value[0] == 0 ? "false" : "true",
            (21, 2) => BinaryPrimitives.ReadInt16BigEndian(value).ToString(CultureInfo.InvariantCulture),
            (23, 4) => BinaryPrimitives.ReadInt32BigEndian(value).ToString(CultureInfo.InvariantCulture),
            (26, 4) => BinaryPrimitives.ReadUInt32BigEndian(value).ToString(CultureInfo.InvariantCulture),
            (20, 8) => BinaryPrimitives.ReadInt64BigEndian(value).ToString(CultureInfo.InvariantCulture),
            (700, 4) => BinaryPrimitives.ReadSingleBigEndian(value).ToString("R", CultureInfo.InvariantCulture),
            (701, 8) => BinaryPrimitives.ReadDoubleBigEndian(value).ToString("R", CultureInfo.InvariantCulture),
            (2950, 16) => new Guid(value, bigEndian: true).ToString(),
            (1082, 4) => Date(BinaryPrimitives.ReadInt32BigEndian(value)),
            (1083, 8) => Time(BinaryPrimitives.ReadInt64BigEndian(value)),
            (1114, 8) => Timestamp(BinaryPrimitives.ReadInt64BigEndian(value), ""),
            (1184, 8) => Timestamp(BinaryPrimitives.ReadInt64BigEndian(value), "+00"),
            (1186, 16) => Interval(value),
            (1700, >= 8) => Numeric(value),
            (3802, > 1) when value[0] == 1 => Text(value[1..]),
            (18 or 19 or 25 or 114 or 142 or 705 or 1042 or 1043, _) => Text(value),
            _ => BindArrayText.ElementOf(type) is { } element ? BindArrayText.Read(value, element, Decoded) : null,
        };

    private static string Text(ReadOnlySpan<byte> value)
    {
        try
        {
            return Strict.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            return Hex(value);
        }
    }

    private static string Hex(ReadOnlySpan<byte> value) => "\\x" + Convert.ToHexStringLower(value);

    private static string? Date(int days) =>
        days is int.MaxValue or int.MinValue ? days > 0 ? "infinity" : "-infinity"
        : days is > -700_000 and < 2_900_000 ? Epoch.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : null;

    private static string? Time(long microseconds) =>
        microseconds is >= 0 and < 86_400_000_000 ? new TimeOnly(microseconds * 10).ToString("HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture) : null;

    private static string Interval(ReadOnlySpan<byte> value) => string.Create(CultureInfo.InvariantCulture,
        $"{BinaryPrimitives.ReadInt32BigEndian(value[12..])} months {BinaryPrimitives.ReadInt32BigEndian(value[8..])} days {BinaryPrimitives.ReadInt64BigEndian(value) / 1e6:0.######} seconds");

    private static string? Timestamp(long microseconds, string zone) =>
        microseconds is long.MaxValue or long.MinValue ? microseconds > 0 ? "infinity" : "-infinity"
        : microseconds is > -60_000_000_000_000_000 and < 250_000_000_000_000_000
            ? Epoch.AddTicks(microseconds * 10).ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture) + zone
            : null;

    // Base-10000 digits: count, weight of the first, sign, digits after the point.
    private static string? Numeric(ReadOnlySpan<byte> value)
    {
        var count = BinaryPrimitives.ReadInt16BigEndian(value);
        int weight = BinaryPrimitives.ReadInt16BigEndian(value[2..]), scale = BinaryPrimitives.ReadInt16BigEndian(value[6..]);
        var sign = BinaryPrimitives.ReadUInt16BigEndian(value[4..]);
        if (sign is not (0 or 0x4000) || count < 0 || value.Length != 8 + count * 2 || weight is < -500 or > 500 || scale is < 0 or > 2000) return null;

        var text = new StringBuilder(sign == 0x4000 ? "-" : "");
        for (var place = Math.Max(weight, 0); place >= 0; place--) text.Append(Digit(value, count, weight - place).ToString(place == Math.Max(weight, 0) ? "0" : "0000", CultureInfo.InvariantCulture));
        if (scale == 0) return text.ToString();
        var fraction = new StringBuilder();
        for (var place = -1; fraction.Length < scale; place--) fraction.Append(Digit(value, count, weight - place).ToString("0000", CultureInfo.InvariantCulture));
        return text.Append('.').Append(fraction, 0, scale).ToString();
    }

    private static int Digit(ReadOnlySpan<byte> value, int count, int index) =>
        index >= 0 && index < count ? BinaryPrimitives.ReadInt16BigEndian(value[(8 + index * 2)..]) : 0;
}
