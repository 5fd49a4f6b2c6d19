using System.Buffers.Binary;

namespace Hoop.Audit.Storage;

/// <summary>A plain list as PostgreSQL's <c>array_send</c> has it: its elements are stretches of the bytes that came, and nothing is made of those that nobody looks at.</summary>
internal sealed class SentArray
{
    private readonly byte[] bytes;
    private readonly (int Start, int Length)[] elements;

    /// <exception cref="FormatException">It has several dimensions, or a NULL.</exception>
    public SentArray(byte[] bytes)
    {
        this.bytes = bytes;
        var dimensions = Int(0);
        if (dimensions is < 0 or > 1)
            throw new FormatException("A list has several dimensions.");
        elements = new (int, int)[dimensions == 0 ? 0 : Int(12)];
        var at = 20;
        for (var i = 0; i < elements.Length; i++)
        {
            elements[i] = (at + 4, Int(at));
            if (elements[i].Length < 0)
                throw new FormatException("A list has a NULL.");
            at += 4 + elements[i].Length;
        }

        int Int(int place) => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(place));
    }

    public int Count => elements.Length;

    public ReadOnlySpan<byte> this[int i] => bytes.AsSpan(elements[i].Start, elements[i].Length);

    public ReadOnlyMemory<byte> Memory(int i) => bytes.AsMemory(elements[i].Start, elements[i].Length);
}
