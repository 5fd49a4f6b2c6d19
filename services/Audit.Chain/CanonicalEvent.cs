using System.Buffers.Binary;
using System.Text;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Chain;

/// <summary>
/// The bytes of an event that its hash is over. Every field has a fixed size or a length before it, so no two different
/// events have the same bytes. All integers are big-endian:
/// <code>
/// 13  "hoop-event/1\n"        says what is hashed, and in which version
///  4  length, then session id   UTF-8
///  8  sequence
///  8  time                      microseconds since 1970-01-01T00:00:00Z
///  4  length, then kind         UTF-8
///  4  length, then payload      UTF-8, byte for byte
/// 32  hash of the event before  zeros for the first
/// </code>
/// </summary>
public static class CanonicalEvent
{
    public const int HashLength = 32;

    internal static ReadOnlySpan<byte> Magic => "hoop-event/1\n"u8;

    // Magic, three lengths, sequence, time, previous hash.
    private const int FixedLength = 13 + (3 * 4) + 8 + 8 + HashLength;

    /// <summary>An upper bound of the bytes that <see cref="Write(JournalEvent, Span{byte})"/> needs.</summary>
    public static int MaxLength(JournalEvent e) =>
        FixedLength + Encoding.UTF8.GetMaxByteCount(e.SessionId.Length)
        + Encoding.UTF8.GetMaxByteCount(e.Kind.Length) + Encoding.UTF8.GetMaxByteCount(e.Payload.Length);

    /// <summary>Writes the canonical form and returns its length. The event's own hash is not part of it.</summary>
    public static int Write(JournalEvent e, Span<byte> destination)
    {
        var at = Start(destination);
        at += WriteText(e.SessionId, destination[at..]);
        at += WriteNumbers(e.Sequence, Microseconds(e.At), destination[at..]);
        at += WriteText(e.Kind, destination[at..]);
        at += WriteText(e.Payload, destination[at..]);
        Hex.Decode(e.PreviousHash, destination.Slice(at, HashLength));
        return at + HashLength;
    }

    /// <summary>An upper bound of what <see cref="Begin"/> needs.</summary>
    internal static int MaxBeginLength(string sessionId, string kind) =>
        FixedLength + Encoding.UTF8.GetMaxByteCount(sessionId.Length) + Encoding.UTF8.GetMaxByteCount(kind.Length);

    /// <summary>Writes everything before the payload and leaves room for its length, which <see cref="SetPayloadLength"/> puts there.</summary>
    internal static int Begin(string session, long sequence, DateTimeOffset at, string kind, Span<byte> destination)
    {
        var length = Start(destination);
        length += WriteText(session, destination[length..]);
        length += WriteNumbers(sequence, Microseconds(at), destination[length..]);
        length += WriteText(kind, destination[length..]);
        return length + 4;
    }

    /// <param name="begun">Ends where the payload begins.</param>
    internal static void SetPayloadLength(Span<byte> begun, int length) => BinaryPrimitives.WriteInt32BigEndian(begun[^4..], length);

    /// <summary>The same from bytes, for a verifier that must not trust a decoder.</summary>
    internal static byte[] From(string session, long sequence, long microseconds, string kind, ReadOnlySpan<byte> payload, string previousHash)
    {
        var bytes = new byte[FixedLength + Encoding.UTF8.GetByteCount(session) + Encoding.UTF8.GetByteCount(kind) + payload.Length];
        var at = Start(bytes);
        at += WriteText(session, bytes.AsSpan(at));
        at += WriteNumbers(sequence, microseconds, bytes.AsSpan(at));
        at += WriteText(kind, bytes.AsSpan(at));
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), payload.Length);
        payload.CopyTo(bytes.AsSpan(at + 4));
        at += 4 + payload.Length;
        Hex.Decode(previousHash, bytes.AsSpan(at, HashLength));
        return bytes;
    }

    /// <summary>Reads a canonical form back; false when the bytes are not exactly one.</summary>
    /// <param name="hash">The event's own hash, kept beside the canonical form.</param>
    public static bool TryRead(ReadOnlySpan<byte> canonical, ReadOnlySpan<byte> hash, out JournalEvent? e)
    {
        e = hash.Length == HashLength && CanonicalFields.TryRead(canonical, out var fields) ? fields.ToEvent(hash) : null;
        return e is not null;
    }

    /// <summary>Time as it is hashed and stored: UTC, whole microseconds.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    internal static long Microseconds(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    private static int Start(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        return Magic.Length;
    }

    private static int WriteNumbers(long sequence, long microseconds, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination, sequence);
        BinaryPrimitives.WriteInt64BigEndian(destination[8..], microseconds);
        return 16;
    }

    private static int WriteText(string text, Span<byte> destination)
    {
        var length = Encoding.UTF8.GetBytes(text, destination[4..]);
        BinaryPrimitives.WriteInt32BigEndian(destination, length);
        return 4 + length;
    }
}
