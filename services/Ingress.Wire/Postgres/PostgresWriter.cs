using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Hoop.Ingress.Wire.Postgres;

/// <summary>Writes messages. Lengths are known before the first byte, so any <see cref="IBufferWriter{T}"/> will do.</summary>
public static class PostgresWriter
{
    /// <summary>Type and length; <paramref name="bodyLength"/> bytes must follow.</summary>
    public static void WriteHeader(this IBufferWriter<byte> output, byte type, int bodyLength)
    {
        var span = output.GetSpan(PostgresFrame.HeaderLength);
        span[0] = type;
        BinaryPrimitives.WriteInt32BigEndian(span[1..], checked(bodyLength + 4));
        output.Advance(PostgresFrame.HeaderLength);
    }

    public static void WriteByte(this IBufferWriter<byte> output, byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    public static void WriteInt16(this IBufferWriter<byte> output, short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(output.GetSpan(2), value);
        output.Advance(2);
    }

    public static void WriteInt32(this IBufferWriter<byte> output, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(4), value);
        output.Advance(4);
    }

    /// <summary>UTF-8 and a zero.</summary>
    public static void WriteCString(this IBufferWriter<byte> output, string value)
    {
        var length = CStringLength(value);
        var span = output.GetSpan(length);
        Encoding.UTF8.GetBytes(value, span);
        span[length - 1] = 0;
        output.Advance(length);
    }

    /// <summary>A message whose body is one C-string: Query, PasswordMessage.</summary>
    public static void WriteStringMessage(this IBufferWriter<byte> output, byte type, string text)
    {
        output.WriteHeader(type, CStringLength(text));
        output.WriteCString(text);
    }

    /// <summary>A message without a body: Sync, Flush, Terminate, CopyDone.</summary>
    public static void WriteEmpty(this IBufferWriter<byte> output, byte type) => output.WriteHeader(type, 0);

    /// <summary>A message whose body is raw bytes.</summary>
    public static void WriteMessage(this IBufferWriter<byte> output, byte type, ReadOnlySpan<byte> body)
    {
        output.WriteHeader(type, body.Length);
        output.Write(body);
    }

    /// <summary>Copies a frame byte for byte.</summary>
    public static void WriteFrame(this IBufferWriter<byte> output, in ReadOnlySequence<byte> whole)
    {
        foreach (var segment in whole) output.Write(segment.Span);
    }

    /// <summary>Bytes of <paramref name="value"/> with its terminating zero.</summary>
    public static int CStringLength(string value) => Encoding.UTF8.GetByteCount(value) + 1;
}
