using System.Buffers;

namespace Hoop.Ingress.Transport;

/// <summary>One loop's buffers, so that an idle session holds none. Touched on the loop only.</summary>
internal sealed class BufferPool
{
    /// <summary>Bytes of a buffer.</summary>
    internal const int Size = 32 * 1024;

    private const int Kept = 64;

    private readonly Stack<BufferSegment> free = new();

    /// <param name="least">Bytes it must have at least; more than <see cref="Size"/> is not pooled.</param>
    internal BufferSegment Rent(int least = 1)
    {
        if (least > Size) return new BufferSegment(GC.AllocateUninitializedArray<byte>(least));
        return free.TryPop(out var segment) ? segment : NewSegment();
    }

    internal void Return(BufferSegment segment)
    {
        segment.Reset();
        if (segment.Array.Length == Size && free.Count < Kept) free.Push(segment);
    }

    /// <summary>For code that is not on the loop.</summary>
    // Pinned: the kernel reads and writes it, and short pins in the middle of a heap cost the collector.
    internal static BufferSegment NewSegment() => new(GC.AllocateUninitializedArray<byte>(Size, pinned: true));
}

/// <summary>A buffer in a chain: filled up to <see cref="End"/>.</summary>
internal sealed class BufferSegment : ReadOnlySequenceSegment<byte>
{
    internal BufferSegment(byte[] array)
    {
        Array = array;
        Memory = array;
    }

    internal byte[] Array { get; }
    internal int End { get; set; }
    internal int Free => Array.Length - End;
    internal BufferSegment? Following => (BufferSegment?)Next;

    internal void Append(BufferSegment next)
    {
        Memory = Array.AsMemory(0, End);
        next.RunningIndex = RunningIndex + End;
        Next = next;
    }

    internal void Reset()
    {
        (End, RunningIndex, Next, Memory) = (0, 0, null, Array);
    }
}
