using System.Buffers;
using System.Security.Cryptography;

namespace Hoop.Audit.Chain;

/// <summary>
/// Makes events in place: <see cref="Begin"/>, the payload written as UTF-8, <see cref="End"/>. Nothing is copied from one form into
/// another and, once it is as large as its events, nothing is allocated. Not thread-safe.
/// </summary>
public sealed class EventBuffer : IBufferWriter<byte>
{
    private const int Smallest = 2048;

    // One large statement shall not keep its memory for ever.
    private const int Largest = 256 * 1024;

    private byte[] bytes = new byte[Smallest];
    private int length;
    private int payload;
    private (string SessionId, long Sequence, string Kind) place;

    /// <summary>Bytes written so far: a mark for <see cref="Since"/>.</summary>
    public int Length => length;

    /// <summary>Starts an event; whatever was in the buffer is gone.</summary>
    public void Begin(string sessionId, long sequence, string kind, DateTimeOffset at)
    {
        if (bytes.Length > Largest)
            bytes = new byte[Smallest];
        place = (sessionId, sequence, kind);
        length = CanonicalEvent.HashLength;
        length += CanonicalEvent.Begin(sessionId, sequence, at, kind, GetSpan(CanonicalEvent.MaxBeginLength(sessionId, kind)));
        payload = length;
    }

    /// <summary>Ends it: the bytes between are its payload.</summary>
    public ChainedEvent End(ReadOnlySpan<byte> previousHash)
    {
        previousHash.CopyTo(GetSpan(CanonicalEvent.HashLength));
        CanonicalEvent.SetPayloadLength(bytes.AsSpan(0, payload), length - payload);
        length += CanonicalEvent.HashLength;
        SHA256.HashData(bytes.AsSpan(CanonicalEvent.HashLength, length - CanonicalEvent.HashLength), bytes);
        return new ChainedEvent(place.SessionId, place.Sequence, place.Kind, bytes.AsSpan(0, length));
    }

    /// <summary>What was written since a mark.</summary>
    public ReadOnlySpan<byte> Since(int mark) => bytes.AsSpan(mark, length - mark);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, bytes.Length - length);
        length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return bytes.AsMemory(length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return bytes.AsSpan(length);
    }

    private void MakeRoom(int size)
    {
        if (bytes.Length - length < Math.Max(size, 1))
            Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, Math.Max(bytes.Length * 2L, (long)length + size)));
    }
}
