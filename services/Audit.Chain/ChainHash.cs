using System.Buffers.Binary;

namespace Hoop.Audit.Chain;

/// <summary>The hash of an event as 32 bytes, compared as a whole. Where evidence is text, it is lower-case hex: <see cref="ToString"/>.</summary>
public readonly record struct ChainHash
{
    private readonly UInt128 high, low;

    private ChainHash(ReadOnlySpan<byte> bytes) =>
        (high, low) = (BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));

    /// <summary>Zeros: what the first event of a session has before it.</summary>
    public static ChainHash None => default;

    /// <param name="bytes">32 of them.</param>
    public static ChainHash Read(ReadOnlySpan<byte> bytes) =>
        bytes.Length == CanonicalEvent.HashLength ? new ChainHash(bytes) : throw new ArgumentException($"A hash has {CanonicalEvent.HashLength} bytes, not {bytes.Length}.", nameof(bytes));

    /// <summary>Null when it is not a hash as evidence has it.</summary>
    public static ChainHash? Parse(string hex)
    {
        if (!Hex.IsHash(hex))
            return null;
        Span<byte> bytes = stackalloc byte[CanonicalEvent.HashLength];
        Hex.Decode(hex, bytes);
        return new ChainHash(bytes);
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, high);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], low);
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[CanonicalEvent.HashLength];
        Write(bytes);
        return bytes;
    }

    public override string ToString() => Convert.ToHexStringLower(ToBytes());
}
