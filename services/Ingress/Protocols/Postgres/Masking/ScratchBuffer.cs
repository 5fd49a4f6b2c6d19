using System.Buffers;
using System.Buffers.Binary;
using Hoop.Contracts.Documents;
using Hoop.Masking.Engine;
using Hoop.Masking.Engine.Values;

namespace Hoop.Ingress.Protocols.Postgres.Masking;

/// <summary>
/// Where a rewritten row is put together, since its length stands before it. One per thread and purpose: rewriting never
/// waits, and idle sessions hold nothing.
/// </summary>
internal sealed class ScratchBuffer : IBufferWriter<byte>
{
    private const int Initial = 4 * 1024;
    private const int Kept = 1024 * 1024;

    private byte[] bytes = new byte[Initial];
    private HashLanes? hashes;

    public int Length { get; private set; }

    /// <summary>All of it, what was to be written later included.</summary>
    public ReadOnlySpan<byte> Written
    {
        get
        {
            hashes?.Write(bytes);
            return bytes.AsSpan(0, Length);
        }
    }

    /// <summary>Empties it; memory that one huge row took is given back.</summary>
    public ScratchBuffer Clear()
    {
        Cut(0);
        if (bytes.Length > Kept)
            bytes = new byte[Initial];
        return this;
    }

    public void Advance(int count) => Length += count;

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return bytes.AsSpan(Length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return bytes.AsMemory(Length);
    }

    /// <summary>Leaves room for a length that <see cref="EndLength"/> fills in.</summary>
    public int BeginLength()
    {
        Grow(sizeof(int));
        Length += sizeof(int);
        return Length;
    }

    public void EndLength(int begun, bool isNull = false, int itself = 0)
    {
        if (isNull)
            Length = begun;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(begun - sizeof(int)), isNull ? -1 : Length - begun + itself);
    }

    /// <summary>Takes back what was written after <paramref name="length"/>.</summary>
    public void Cut(int length)
    {
        Length = length;
        hashes?.Cut(length);
    }

    /// <summary>Leaves room for a masked value that is written before anybody reads it; false where the mask has it written at once.</summary>
    public bool TryWriteLater(ValueMask mask, ReadOnlySpan<byte> value)
    {
        if (!HashLanes.IsSupported || mask.Mode != MaskMode.Hash || !mask.TryDefer(value, hashes ??= new(), Length)) return false;
        Grow(ValueMask.HashLength);
        Length += ValueMask.HashLength;
        if (hashes.IsFull) hashes.Write(bytes);
        return true;
    }

    /// <summary>As the extension for any writer does, without its detours.</summary>
    public void Write(ReadOnlySpan<byte> value)
    {
        Grow(value.Length);
        value.CopyTo(bytes.AsSpan(Length));
        Length += value.Length;
    }

    /// <summary>Takes the first bytes away, keeping the rest.</summary>
    public void Drop(int count)
    {
        Written[count..].CopyTo(bytes);
        Length -= count;
    }

    private void Grow(int sizeHint)
    {
        var needed = checked(Length + Math.Max(sizeHint, 1));
        if (needed > bytes.Length) Enlarge(needed);
    }

    private void Enlarge(int needed) => Array.Resize(ref bytes, Math.Max(needed, (int)Math.Min(Array.MaxLength, bytes.Length * 2L)));
}
