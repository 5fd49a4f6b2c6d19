using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>Makes a portal of a prepared statement and its values.</summary>
public readonly ref struct Bind
{
    public required ReadOnlySpan<byte> Portal { get; init; }
    public required ReadOnlySpan<byte> Statement { get; init; }

    /// <summary>Two bytes each: none (all text), one (for all) or one per value.</summary>
    public required ReadOnlySpan<byte> ParameterFormats { get; init; }

    public required int ParameterCount { get; init; }

    /// <summary>Length-prefixed values, one after another; see <see cref="Values"/>.</summary>
    public required ReadOnlySpan<byte> RawValues { get; init; }

    /// <summary>Two bytes each: none (all text), one (for all) or one per column.</summary>
    public required ReadOnlySpan<byte> ResultFormats { get; init; }

    /// <summary>Reads the values in order: call <c>TryReadValue</c> <see cref="ParameterCount"/> times.</summary>
    public PostgresFieldReader Values => new(RawValues);

    public bool IsBinary(int parameter) => FormatAt(ParameterFormats, parameter) == 1;

    /// <summary>True when its result formats are these.</summary>
    public bool HasResultFormats(ReadOnlySpan<short> codes)
    {
        if (ResultFormats.Length != codes.Length * 2) return false;
        for (var i = 0; i < codes.Length; i++)
        {
            if (BinaryPrimitives.ReadInt16BigEndian(ResultFormats[(i * 2)..]) != codes[i]) return false;
        }

        return true;
    }

    public short[] ResultFormatCodes()
    {
        var codes = new short[ResultFormats.Length / 2];
        for (var i = 0; i < codes.Length; i++) codes[i] = BinaryPrimitives.ReadInt16BigEndian(ResultFormats[(i * 2)..]);
        return codes;
    }

    public static Bind Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        var portal = reader.ReadCString();
        var statement = reader.ReadCString();
        var formats = reader.ReadBytes(reader.ReadCount() * 2);
        var count = reader.ReadCount();
        var values = reader.Rest;
        for (var i = 0; i < count; i++) reader.TryReadValue(out _);
        values = values[..^reader.Rest.Length];
        var results = reader.ReadBytes(reader.ReadCount() * 2);
        reader.End();
        if (formats.Length > 2 && formats.Length != count * 2) throw new PostgresWireException("Bind with a wrong number of parameter formats");
        return new Bind
        {
            Portal = portal, Statement = statement, ParameterFormats = formats,
            ParameterCount = count, RawValues = values, ResultFormats = results,
        };
    }

    /// <summary>Writes a Bind whose values are all text and whose results are all text.</summary>
    public static void WriteText(IBufferWriter<byte> output, string portal, string statement, IReadOnlyList<string?> values)
    {
        var length = PostgresWriter.CStringLength(portal) + PostgresWriter.CStringLength(statement) + 2 + 2 + 2;
        foreach (var value in values) length += 4 + (value is null ? 0 : Encoding.UTF8.GetByteCount(value));
        output.WriteHeader(FrontendType.Bind, length);
        output.WriteCString(portal);
        output.WriteCString(statement);
        output.WriteInt16(0);
        output.WriteInt16((short)values.Count);
        foreach (var value in values) WriteValue(output, value);
        output.WriteInt16(0);
    }

    private static void WriteValue(IBufferWriter<byte> output, string? value)
    {
        if (value is null)
        {
            output.WriteInt32(-1);
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(value);
        output.WriteInt32(bytes.Length);
        output.Write(bytes);
    }

    private static short FormatAt(ReadOnlySpan<byte> formats, int index) => formats.Length switch
    {
        0 => 0,
        2 => BinaryPrimitives.ReadInt16BigEndian(formats),
        _ => BinaryPrimitives.ReadInt16BigEndian(formats[(index * 2)..]),
    };
}
