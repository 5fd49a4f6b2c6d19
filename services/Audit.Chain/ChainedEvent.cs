using Hoop.Contracts.Audit;

namespace Hoop.Audit.Chain;

/// <summary>One event as the bytes that are hashed and stored: its hash, then its <see cref="CanonicalEvent"/>. Lives in an <see cref="EventBuffer"/>, until that begins the next.</summary>
public readonly ref struct ChainedEvent
{
    internal ChainedEvent(string sessionId, long sequence, string kind, ReadOnlySpan<byte> bytes)
    {
        (SessionId, Sequence, Kind) = (sessionId, sequence, kind);
        Bytes = bytes;
    }

    public string SessionId { get; }
    public long Sequence { get; }

    /// <summary>See <see cref="EventKinds"/>.</summary>
    public string Kind { get; }

    public ReadOnlySpan<byte> Bytes { get; }
    public ReadOnlySpan<byte> Hash => Bytes[..CanonicalEvent.HashLength];
    public ReadOnlySpan<byte> PreviousHash => Bytes[^CanonicalEvent.HashLength..];

    /// <summary>The same as it travels.</summary>
    public JournalEvent ToEvent() => CanonicalEvent.TryRead(Bytes[CanonicalEvent.HashLength..], Hash, out var e)
        ? e!
        : throw new InvalidOperationException("an event that was just made does not read back");
}
