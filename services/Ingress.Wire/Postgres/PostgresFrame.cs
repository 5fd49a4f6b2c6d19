using System.Buffers;
using System.Buffers.Binary;

namespace Hoop.Ingress.Wire.Postgres;

public enum FrameRead
{
    /// <summary>More bytes are needed.</summary>
    Incomplete,
    /// <summary>A whole frame was taken off the buffer.</summary>
    Whole,
    /// <summary>The header announces more than the limit; nothing was taken.</summary>
    TooLong,
}

/// <summary>
/// One message as it is on the wire: type, length, body. Knows nothing of what is inside.
/// <see href="https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-MESSAGE-CONCEPTS"/>
/// </summary>
public readonly struct PostgresFrame(byte type, ReadOnlySequence<byte> whole)
{
    /// <summary>Type byte and length.</summary>
    public const int HeaderLength = 5;

    public byte Type { get; } = type;

    /// <summary>Header and body, byte for byte.</summary>
    public ReadOnlySequence<byte> Whole { get; } = whole;

    public ReadOnlySequence<byte> Body => Whole.Slice(HeaderLength);

    /// <summary>Reads a header without taking it off the buffer.</summary>
    /// <param name="bodyLength">Bytes after the header.</param>
    public static bool TryReadHeader(in ReadOnlySequence<byte> buffer, out byte type, out int bodyLength)
    {
        if (buffer.FirstSpan.Length >= HeaderLength)
        {
            Decode(buffer.FirstSpan, out type, out bodyLength);
            return true;
        }

        if (buffer.Length < HeaderLength)
        {
            (type, bodyLength) = (0, 0);
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderLength];
        buffer.Slice(0, HeaderLength).CopyTo(header);
        Decode(header, out type, out bodyLength);
        return true;
    }

    /// <summary>Takes one frame off the front of the buffer.</summary>
    /// <param name="maxBody">Checked as soon as the header is there, before anything more is buffered.</param>
    public static FrameRead TryRead(ref ReadOnlySequence<byte> buffer, int maxBody, out PostgresFrame frame)
    {
        frame = default;
        if (!TryReadHeader(buffer, out var type, out var bodyLength)) return FrameRead.Incomplete;
        if (bodyLength > maxBody) return FrameRead.TooLong;
        if (buffer.Length < HeaderLength + (long)bodyLength) return FrameRead.Incomplete;

        frame = new PostgresFrame(type, buffer.Slice(0, HeaderLength + (long)bodyLength));
        buffer = buffer.Slice(frame.Whole.End);
        return FrameRead.Whole;
    }

    /// <summary>Takes one start-up packet (no type byte) off the buffer.</summary>
    /// <param name="body">What follows the length.</param>
    public static FrameRead TryReadStartup(ref ReadOnlySequence<byte> buffer, int maxBody, out ReadOnlySequence<byte> body)
    {
        body = default;
        if (buffer.Length < 4) return FrameRead.Incomplete;

        Span<byte> header = stackalloc byte[4];
        buffer.Slice(0, 4).CopyTo(header);
        var length = BinaryPrimitives.ReadInt32BigEndian(header);
        if (length < 8) throw new PostgresWireException("start-up packet with an impossible length");
        if (length - 4 > maxBody) return FrameRead.TooLong;
        if (buffer.Length < length) return FrameRead.Incomplete;

        body = buffer.Slice(4, length - 4);
        buffer = buffer.Slice(body.End);
        return FrameRead.Whole;
    }

    private static void Decode(ReadOnlySpan<byte> header, out byte type, out int bodyLength)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(header[1..]);
        if (length < 4) throw new PostgresWireException("message with an impossible length");
        (type, bodyLength) = (header[0], length - 4);
    }
}
