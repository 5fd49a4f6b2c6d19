using System.Buffers.Binary;
using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;

namespace Hoop.Ingress.Journal.Segments;

internal enum RecordType : byte
{
    /// <summary>An event: its hash (32 bytes), then its <see cref="CanonicalEvent"/>.</summary>
    Event = 1,

    /// <summary>The heads of all open sessions (<see cref="SessionHeads"/>): the first record of every segment.</summary>
    Heads = 2,
}

/// <summary>
/// One record of a segment: body length (4 bytes), CRC-32C over length and body (4 bytes), body. The body's first byte is its
/// <see cref="RecordType"/>. Integers are little-endian.
/// </summary>
internal static class JournalRecord
{
    public const int FrameLength = 8;

    /// <summary>Longer bodies are refused when written and taken for damage when read.</summary>
    public const int MaxBody = 64 << 20;

    /// <summary>What is put before an event's bytes: the frame and the type.</summary>
    public const int HeadLength = FrameLength + 1;

    /// <summary>Writes what goes before an event's bytes.</summary>
    public static void WriteHead(ReadOnlySpan<byte> bytes, Span<byte> head)
    {
        head[FrameLength] = (byte)RecordType.Event;
        WriteFrame(head, head.Slice(FrameLength, 1), bytes);
    }

    /// <summary>Puts length and checksum before a body that is already in place.</summary>
    public static void Frame(Span<byte> record) => WriteFrame(record, record[FrameLength..], []);

    public static int BodyLength(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadInt32LittleEndian(frame);

    public static bool IsIntact(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> body) =>
        BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]) == Crc32C.Of(frame[..4], body, []);

    public static bool TryReadEvent(ReadOnlySpan<byte> body, out JournalEvent? e)
    {
        e = null;
        return body.Length > 1 + CanonicalEvent.HashLength
            && CanonicalEvent.TryRead(body[(1 + CanonicalEvent.HashLength)..], body.Slice(1, CanonicalEvent.HashLength), out e);
    }

    private static void WriteFrame(Span<byte> frame, ReadOnlySpan<byte> body, ReadOnlySpan<byte> rest)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame, body.Length + rest.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Crc32C.Of(frame[..4], body, rest));
    }
}
