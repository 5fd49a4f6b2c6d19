using System.Buffers;
using System.Buffers.Binary;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Hostile;

/// <summary>Takes a conversation that is right and makes it wrong, in ways that a seed repeats.</summary>
internal sealed class Noise(int seed)
{
    private static readonly int[] Lengths = [0, 1, 2, 3, 4, 5, -1, -5, int.MinValue, int.MaxValue, 0x7FFF_FFFB, 64 << 20, (64 << 20) + 5, 1 << 20, 65_535];
    private static readonly short[] Counts = [0, 1, 2, -1, short.MinValue, short.MaxValue];

    public Random Random { get; } = new(seed);

    public static byte[] Frame(char type, params ReadOnlySpan<byte> body)
    {
        var frame = new byte[5 + body.Length];
        frame[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), 4 + body.Length);
        body.CopyTo(frame.AsSpan(5));
        return frame;
    }

    public static byte[] Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }

    public byte[] Bytes(int max)
    {
        var bytes = new byte[Random.Next(max + 1)];
        Random.NextBytes(bytes);
        return bytes;
    }

    public T Any<T>(IReadOnlyList<T> choices) => choices[Random.Next(choices.Count)];

    /// <summary>A whole message of any type, with anything in it.</summary>
    public byte[] Anything() => Frame((char)Random.Next(256), Bytes(Random.Next(8) == 0 ? 3000 : 40));

    /// <summary>Spoils messages here and there, the first of them after <paramref name="after"/>.</summary>
    public void Spoil(List<byte[]> messages, int after, int times)
    {
        for (var i = 0; i < times && messages.Count > after; i++) SpoilOne(messages, Random.Next(after, messages.Count));
    }

    private void SpoilOne(List<byte[]> messages, int at)
    {
        var message = (byte[])messages[at].Clone();
        // What an earlier hand left too short for a header cannot be spoilt in its fields.
        switch (Random.Next(message.Length < 5 ? 7 : 12))
        {
            case 0: messages.Insert(at, message); return;
            case 1: messages.RemoveAt(at); return;
            case 2: messages[at] = messages[^1]; messages[^1] = message; return;
            case 3: messages.Insert(at, Anything()); return;
            case 4: messages.Insert(at, Bytes(20)); return;
            case 5: messages[at] = message[..Random.Next(message.Length + 1)]; return;
            case 6: messages[at] = [.. message, .. Bytes(4)]; return;
            case 7: message[0] ^= (byte)(1 << Random.Next(8)); break;
            case 8: BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), Any(Lengths)); break;
            case 9: BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - 1 + Random.Next(-2, 3)); break;
            case 10 when message.Length > 7: BinaryPrimitives.WriteInt16BigEndian(message.AsSpan(Random.Next(5, message.Length - 1)), Any(Counts)); break;
            case 11 when message.Length > 9: BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(Random.Next(5, message.Length - 3)), Any(Lengths)); break;
            default: message[Random.Next(message.Length)] = (byte)Random.Next(256); break;
        }

        messages[at] = message;
    }
}
