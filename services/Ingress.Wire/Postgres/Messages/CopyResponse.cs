using System.Buffers;

namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>CopyInResponse, CopyOutResponse and CopyBothResponse: how the data that follows is written.</summary>
public readonly ref struct CopyResponse
{
    /// <summary>True: the binary COPY format; false: text or CSV.</summary>
    public required bool IsBinary { get; init; }

    /// <summary>Two bytes a column.</summary>
    public required ReadOnlySpan<byte> ColumnFormats { get; init; }

    public int Columns => ColumnFormats.Length / 2;

    public static CopyResponse Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        var message = new CopyResponse { IsBinary = reader.ReadByte() == 1, ColumnFormats = reader.ReadBytes(reader.ReadCount() * 2) };
        reader.End();
        return message;
    }

    public static void Write(IBufferWriter<byte> output, byte type, bool binary, int columns)
    {
        output.WriteHeader(type, 3 + columns * 2);
        output.WriteByte(binary ? (byte)1 : (byte)0);
        output.WriteInt16((short)columns);
        for (var i = 0; i < columns; i++) output.WriteInt16(binary ? (short)1 : (short)0);
    }
}
