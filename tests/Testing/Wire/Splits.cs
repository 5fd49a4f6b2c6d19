using System.Buffers;

namespace Hoop.Testing.Wire;

/// <summary>The same bytes as sequences of segments, cut in every way a socket may cut them.</summary>
public static class Splits
{
    /// <summary>One cut, at every place; then every byte a segment of its own.</summary>
    public static IEnumerable<ReadOnlySequence<byte>> Of(byte[] bytes)
    {
        yield return new ReadOnlySequence<byte>(bytes);
        for (var cut = 0; cut <= bytes.Length; cut++) yield return Join(bytes[..cut], bytes[cut..]);
        yield return Join([.. bytes.Select(value => new[] { value })]);
    }

    public static ReadOnlySequence<byte> Join(params byte[][] parts)
    {
        var first = new Segment(parts.Length > 0 ? parts[0] : []);
        var last = first;
        foreach (var part in parts.Skip(1)) last = last.Append(part);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes) => Memory = bytes;

        public Segment Append(byte[] bytes)
        {
            var next = new Segment(bytes) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
