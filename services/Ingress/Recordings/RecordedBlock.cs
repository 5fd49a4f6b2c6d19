using System.Buffers;
using System.Buffers.Binary;

namespace Hoop.Ingress.Recordings;

/// <summary>Rows of one result in the protocol's own form, each with its length before it, until the desk turns them into a chunk.</summary>
internal sealed class RecordedBlock(ResultRecording recording) : IDisposable
{
    private const int Smallest = 4 * 1024;

    /// <summary>A chunk has about so many bytes before it is compressed: small enough to be shown at once.</summary>
    private const int Full = 64 * 1024;

    private byte[] bytes = [];

    public ResultRecording Recording => recording;
    public int Length { get; private set; }
    public int Rows { get; private set; }

    /// <summary>Why the result's later rows are not recorded; null while they are.</summary>
    public string? Cut { get; init; }

    /// <summary>False: it is full, and another one is to take the row.</summary>
    public bool TryAdd(ReadOnlySpan<byte> row)
    {
        var needed = Length + sizeof(int) + row.Length;
        if (Rows > 0 && needed > Full) return false;
        if (needed > bytes.Length) Grow(needed);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(Length), row.Length);
        row.CopyTo(bytes.AsSpan(Length + sizeof(int)));
        (Length, Rows) = (needed, Rows + 1);
        return true;
    }

    /// <summary>Takes the row at <paramref name="at"/> and moves behind it.</summary>
    public ReadOnlySpan<byte> Next(ref int at)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
        var row = bytes.AsSpan(at + sizeof(int), length);
        at += sizeof(int) + length;
        return row;
    }

    public void Dispose()
    {
        if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
        bytes = [];
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(needed, bytes.Length * 2), Smallest));
        bytes.AsSpan(0, Length).CopyTo(larger);
        Dispose();
        bytes = larger;
    }
}
