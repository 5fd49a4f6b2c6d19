using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Hoop.Ingress.Journal.Segments;

/// <summary>Reads a segment's records in order, between two offsets. One buffer, used again for every record.</summary>
internal sealed class RecordReader(SafeFileHandle file, long from, long to) : IDisposable
{
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
    private int start;
    private int end;

    /// <summary>Where the next record begins; after a failed read, where the whole records end.</summary>
    public long Position { get; private set; } = from;

    /// <summary>Valid until the next read.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>False at <c>to</c> and at damage: <see cref="Position"/> tells which.</summary>
    public bool TryRead()
    {
        if (!Fill(JournalRecord.FrameLength))
            return false;
        var length = JournalRecord.BodyLength(buffer.AsSpan(start));
        if (length is < 1 or > JournalRecord.MaxBody || Position + JournalRecord.FrameLength + length > to || !Fill(JournalRecord.FrameLength + length))
            return false;
        var body = buffer.AsMemory(start + JournalRecord.FrameLength, length);
        if (!JournalRecord.IsIntact(buffer.AsSpan(start, JournalRecord.FrameLength), body.Span))
            return false;
        Body = body;
        start += JournalRecord.FrameLength + length;
        Position += JournalRecord.FrameLength + length;
        return true;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private bool Fill(int needed)
    {
        if (end - start >= needed)
            return true;
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
        if (buffer.Length < needed)
            Grow(needed);
        while (end < needed)
        {
            var wanted = (int)Math.Min(buffer.Length - end, to - Position - end);
            var read = wanted <= 0 ? 0 : RandomAccess.Read(file, buffer.AsSpan(end, wanted), Position + end);
            if (read == 0)
                return false;
            end += read;
        }

        return true;
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(needed);
        buffer.AsSpan(0, end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
