using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Hoop.Masking.Engine.Values;

/// <summary>
/// Hashes that are not due yet, worked out side by side: a processor's wide registers take eight values in little more than the time of one. The
/// caller leaves room for each and has all of them written before anybody looks. Not thread-safe.
/// </summary>
public sealed class HashLanes
{
    private const int Lanes = 8;
    private const int Words = 16;
    private const int Block = Words * sizeof(uint);

    /// <summary>Fewer are sooner done one by one.</summary>
    private const int Few = 2;

    private readonly byte[] blocks = new byte[Lanes * Block];
    private readonly KeyedHash[] hashes = new KeyedHash[Lanes];
    private readonly int[] places = new int[Lanes];
    private int count;

    /// <summary>False where the processor would do them one by one.</summary>
    public static bool IsSupported => Vector256.IsHardwareAccelerated;

    public bool IsFull => count == Lanes;

    /// <param name="place">Where in the output the hash goes.</param>
    /// <returns>False: too long to be hashed beside others.</returns>
    internal bool TryAdd(KeyedHash hash, ReadOnlySpan<byte> value, int place)
    {
        if (!KeyedHash.IsOneBlock(value)) return false;
        KeyedHash.Pad(value, blocks.AsSpan(count * Block, Block));
        (hashes[count], places[count]) = (hash, place);
        count++;
        return true;
    }

    /// <summary>Forgets those from this place on.</summary>
    public void Cut(int place)
    {
        while (count > 0 && places[count - 1] >= place) count--;
    }

    /// <summary>Writes each at its place.</summary>
    public void Write(Span<byte> output)
    {
        if (count > Few) WriteTogether(output);
        else
        {
            Span<byte> mac = stackalloc byte[KeyedHash.Size];
            for (var i = 0; i < count; i++)
            {
                hashes[i].WritePadded(blocks.AsSpan(i * Block, Block), mac);
                ValueMask.WriteHash(mac, output[places[i]..]);
            }
        }

        count = 0;
    }

    private void WriteTogether(Span<byte> output)
    {
        Span<Vector256<uint>> words = stackalloc Vector256<uint>[Words];
        Span<Vector256<uint>> state = stackalloc Vector256<uint>[KeyedHash.StateWords];
        var lanes = MemoryMarshal.Cast<Vector256<uint>, uint>(words);
        var rows = MemoryMarshal.Cast<Vector256<uint>, uint>(state);
        // Lanes beyond the last hold what was there before: nobody looks at what becomes of them.
        for (var lane = 0; lane < Lanes; lane++)
            for (var i = 0; i < Words; i++)
                lanes[(i * Lanes) + lane] = BinaryPrimitives.ReadUInt32BigEndian(blocks.AsSpan((lane * Block) + (i * sizeof(uint))));
        Begin(rows, static hash => hash.Inner);
        Compress(state, words);

        // What came out is the second block's beginning: 32 bytes behind the key's 64.
        state.CopyTo(words);
        words[KeyedHash.StateWords] = Vector256.Create(0x80000000u);
        words[(KeyedHash.StateWords + 1)..^1].Clear();
        words[^1] = Vector256.Create((uint)(Block + KeyedHash.Size) * 8);
        Begin(rows, static hash => hash.Outer);
        Compress(state, words);

        Span<byte> mac = stackalloc byte[KeyedHash.Size];
        for (var lane = 0; lane < count; lane++)
        {
            for (var i = 0; i < KeyedHash.StateWords; i++) BinaryPrimitives.WriteUInt32BigEndian(mac[(i * sizeof(uint))..], rows[(i * Lanes) + lane]);
            ValueMask.WriteHash(mac, output[places[lane]..]);
        }
    }

    private void Begin(Span<uint> rows, Func<KeyedHash, ReadOnlyMemory<uint>> keyed)
    {
        for (var lane = 0; lane < count; lane++)
        {
            var start = keyed(hashes[lane]).Span;
            for (var i = 0; i < start.Length; i++) rows[(i * Lanes) + lane] = start[i];
        }
    }

    /// <summary>
    /// FIPS 180-4, section 6.2.2, of all lanes; <paramref name="words"/> is used up. Beside <see cref="KeyedHash"/>'s, not one for both: vectors have no
    /// operators that generic code can name, and behind a type that gives them some a hash takes three times as long.
    /// </summary>
    private static void Compress(Span<Vector256<uint>> state, Span<Vector256<uint>> words)
    {
        var (a, b, c, d, e, f, g, h) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
        var constants = KeyedHash.Constants;
        for (var round = 0; round < constants.Length; round += 8)
        {
            var w = words.Slice(round & (Words - 1), 8);
            var k = constants.AsSpan(round, 8);
            Round(a, b, c, ref d, e, f, g, ref h, w[0] + Vector256.Create(k[0]));
            Round(h, a, b, ref c, d, e, f, ref g, w[1] + Vector256.Create(k[1]));
            Round(g, h, a, ref b, c, d, e, ref f, w[2] + Vector256.Create(k[2]));
            Round(f, g, h, ref a, b, c, d, ref e, w[3] + Vector256.Create(k[3]));
            Round(e, f, g, ref h, a, b, c, ref d, w[4] + Vector256.Create(k[4]));
            Round(d, e, f, ref g, h, a, b, ref c, w[5] + Vector256.Create(k[5]));
            Round(c, d, e, ref f, g, h, a, ref b, w[6] + Vector256.Create(k[6]));
            Round(b, c, d, ref e, f, g, h, ref a, w[7] + Vector256.Create(k[7]));
            if ((round & 8) != 0 && round + 8 < constants.Length) Schedule(words);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, ref Vector256<uint> d, Vector256<uint> e, Vector256<uint> f, Vector256<uint> g, ref Vector256<uint> h, Vector256<uint> next)
    {
        var t1 = h + (Turn(e, 6) ^ Turn(e, 11) ^ Turn(e, 25)) + ((e & f) ^ Vector256.AndNot(g, e)) + next;
        d += t1;
        h = t1 + (Turn(a, 2) ^ Turn(a, 13) ^ Turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    }

    /// <summary>The next sixteen words in the place of these.</summary>
    private static void Schedule(Span<Vector256<uint>> words)
    {
        for (var i = 0; i < Words; i++)
        {
            var (w15, w2) = (words[(i + 1) & 15], words[(i + 14) & 15]);
            words[i] += (Turn(w15, 7) ^ Turn(w15, 18) ^ (w15 >>> 3)) + words[(i + 9) & 15] + (Turn(w2, 17) ^ Turn(w2, 19) ^ (w2 >>> 10));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Turn(Vector256<uint> value, int bits) => (value >>> bits) | (value << (32 - bits));
}
