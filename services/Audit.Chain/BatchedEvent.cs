using System.Security.Cryptography;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Chain;

/// <summary>One event of an <see cref="EventBatch"/>, as it came: its payload and what its hash is over are bytes of the batch, which live as long as it does.</summary>
public sealed class BatchedEvent
{
    private readonly ReadOnlyMemory<byte> canonical;

    private BatchedEvent(ReadOnlyMemory<byte> canonical, in CanonicalFields fields, ReadOnlySpan<byte> hash, KnownTexts texts)
    {
        this.canonical = canonical;
        (SessionId, Kind) = (texts.Get(fields.SessionId), texts.Get(fields.Kind));
        (Sequence, At) = (fields.Sequence, fields.At);
        Payload = canonical.Slice(canonical.Length - CanonicalEvent.HashLength - fields.Payload.Length, fields.Payload.Length);
        (PreviousHash, Hash) = (ChainHash.Read(fields.PreviousHash), ChainHash.Read(hash));
    }

    public string SessionId { get; }
    public long Sequence { get; }

    /// <summary>UTC, microseconds.</summary>
    public DateTimeOffset At { get; }

    /// <summary>See <see cref="EventKinds"/>.</summary>
    public string Kind { get; }

    /// <summary>UTF-8, exactly what is hashed and stored.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    public ChainHash PreviousHash { get; }
    public ChainHash Hash { get; }

    /// <summary>True when the event is what its hash says.</summary>
    public bool HashMatches()
    {
        Span<byte> hash = stackalloc byte[CanonicalEvent.HashLength];
        SHA256.HashData(canonical.Span, hash);
        return ChainHash.Read(hash) == Hash;
    }

    /// <summary>The same as text.</summary>
    public JournalEvent ToEvent() => CanonicalEvent.TryRead(canonical.Span, Hash.ToBytes(), out var e) ? e! : throw new InvalidOperationException("an event that was read does not read back");

    /// <summary>Null when the bytes are not hash and canonical form of one.</summary>
    internal static BatchedEvent? Read(ReadOnlyMemory<byte> chained, KnownTexts texts)
    {
        var hash = chained.Span[..CanonicalEvent.HashLength];
        var canonical = chained[CanonicalEvent.HashLength..];
        if (!CanonicalFields.TryRead(canonical.Span, out var fields))
            return null;
        // An event is checked as it would be stored. Of bytes that are no text that is another than the one whose hash came along, and is refused for it.
        return fields.IsUtf8 ? new BatchedEvent(canonical, fields, hash, texts) : Read(Chained(fields.ToEvent(hash)), texts);
    }

    /// <summary>Hash and canonical form, as in a batch.</summary>
    internal static ReadOnlyMemory<byte> Chained(JournalEvent e)
    {
        var bytes = new byte[CanonicalEvent.HashLength + CanonicalEvent.MaxLength(e)];
        Hex.Decode(e.Hash, bytes.AsSpan(0, CanonicalEvent.HashLength));
        return bytes.AsMemory(0, CanonicalEvent.HashLength + CanonicalEvent.Write(e, bytes.AsSpan(CanonicalEvent.HashLength)));
    }
}
