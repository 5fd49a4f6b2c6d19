using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Hoop.Masking.Engine.Values;

/// <summary>
/// HMAC-SHA256 (RFC 2104, FIPS 180-4) under one key, for many short values. The library's one-shot takes over a microsecond a value, most of it
/// setting up; here the key is taken in once, and a value costs its own blocks and one more. Immutable, thread-safe.
/// </summary>
internal sealed class KeyedHash
{
    /// <summary>Bytes of a MAC.</summary>
    public const int Size = 32;

    /// <summary>Words of the state between two blocks.</summary>
    internal const int StateWords = 8;

    private const int Block = 64;

    /// <summary>A longer value is the library's.</summary>
    private const int Longest = 1024;

    private static readonly uint[] Start = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    internal static readonly uint[] Constants =
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    private readonly byte[] key;
    private readonly uint[] inner = [.. Start], outer = [.. Start];

    public KeyedHash(byte[] key)
    {
        this.key = key;
        Span<byte> padded = stackalloc byte[Block];
        if (key.Length > Block) SHA256.HashData(key, padded);
        else key.CopyTo(padded);
        Absorb(inner, padded, 0x36);
        Absorb(outer, padded, 0x5c);
        CryptographicOperations.ZeroMemory(padded);
    }

    /// <summary>The state once the key is taken in.</summary>
    internal ReadOnlyMemory<uint> Inner => inner;

    internal ReadOnlyMemory<uint> Outer => outer;

    /// <summary>With its padding it fits one block.</summary>
    internal static bool IsOneBlock(ReadOnlySpan<byte> value) => value.Length < Block - sizeof(ulong);

    /// <summary>The one block that follows the key's.</summary>
    internal static void Pad(ReadOnlySpan<byte> value, Span<byte> block)
    {
        value.CopyTo(block);
        block[value.Length] = 0x80;
        block[(value.Length + 1)..].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(block[^sizeof(ulong)..], (ulong)(Block + value.Length) * 8);
    }

    /// <summary>Of a value that <see cref="Pad"/> took.</summary>
    internal void WritePadded(ReadOnlySpan<byte> block, Span<byte> mac)
    {
        Span<uint> state = stackalloc uint[StateWords];
        Span<byte> digest = stackalloc byte[Size];
        inner.CopyTo(state);
        Compress(state, block);
        Put(state, digest);
        outer.CopyTo(state);
        Finish(state, digest, mac);
    }

    public void Write(ReadOnlySpan<byte> value, Span<byte> mac)
    {
        if (value.Length > Longest)
        {
            HMACSHA256.HashData(key, value, mac);
            return;
        }

        Span<uint> state = stackalloc uint[StateWords];
        Span<byte> digest = stackalloc byte[Size];
        inner.CopyTo(state);
        Finish(state, value, digest);
        outer.CopyTo(state);
        Finish(state, digest, mac);
    }

    private static void Absorb(Span<uint> state, ReadOnlySpan<byte> key, byte pad)
    {
        Span<byte> block = stackalloc byte[Block];
        for (var i = 0; i < Block; i++) block[i] = (byte)(key[i] ^ pad);
        Compress(state, block);
        CryptographicOperations.ZeroMemory(block);
    }

    /// <summary>Takes in what follows the key's block, the padding and the length of both.</summary>
    private static void Finish(Span<uint> state, ReadOnlySpan<byte> value, Span<byte> digest)
    {
        var length = value.Length;
        for (; value.Length >= Block; value = value[Block..]) Compress(state, value);
        Span<byte> last = stackalloc byte[Block];
        value.CopyTo(last);
        last[value.Length] = 0x80;
        if (!IsOneBlock(value))
        {
            Compress(state, last);
            last.Clear();
        }

        BinaryPrimitives.WriteUInt64BigEndian(last[^sizeof(ulong)..], (ulong)(Block + length) * 8);
        Compress(state, last);
        Put(state, digest);
    }

    private static void Put(ReadOnlySpan<uint> state, Span<byte> digest)
    {
        for (var i = 0; i < state.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(digest[(i * sizeof(uint))..], state[i]);
    }

    private static void Compress(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> words = stackalloc uint[64];
        for (var i = 0; i < 16; i++) words[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * sizeof(uint))..]);
        for (var i = 16; i < words.Length; i++)
        {
            var (w15, w2) = (words[i - 15], words[i - 2]);
            var s0 = BitOperations.RotateRight(w15, 7) ^ BitOperations.RotateRight(w15, 18) ^ (w15 >> 3);
            var s1 = BitOperations.RotateRight(w2, 17) ^ BitOperations.RotateRight(w2, 19) ^ (w2 >> 10);
            words[i] = words[i - 16] + s0 + words[i - 7] + s1;
        }

        uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        var constants = Constants;
        for (var i = 0; i < words.Length && i < constants.Length; i++)
        {
            var s1 = BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
            var t1 = h + s1 + ((e & f) ^ (~e & g)) + constants[i] + words[i];
            var s0 = BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22);
            var t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + t1, c, b, a, t1 + t2);
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
}
