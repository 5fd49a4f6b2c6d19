using System.Buffers;
using System.Security.Cryptography;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Chain;

/// <summary>SHA-256 over an event's <see cref="CanonicalEvent"/>.</summary>
public static class EventHash
{
    /// <summary>64 zeros: what the first event of a session has as <see cref="JournalEvent.PreviousHash"/>.</summary>
    public static string None => Hex.Zero;

    /// <summary>The hash that the event ought to have, lower-case hex.</summary>
    public static string Of(JournalEvent e)
    {
        Span<byte> hash = stackalloc byte[CanonicalEvent.HashLength];
        Write(e, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>True when the event is what its hash says. A malformed hash makes it false, not an exception.</summary>
    public static bool Matches(JournalEvent e)
    {
        if (!Hex.IsHash(e.PreviousHash) || !Hex.IsHash(e.Hash))
            return false;
        Span<byte> hashes = stackalloc byte[2 * CanonicalEvent.HashLength];
        Hex.Decode(e.Hash, hashes[..CanonicalEvent.HashLength]);
        Write(e, hashes[CanonicalEvent.HashLength..]);
        return hashes[..CanonicalEvent.HashLength].SequenceEqual(hashes[CanonicalEvent.HashLength..]);
    }

    private static void Write(JournalEvent e, Span<byte> hash)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CanonicalEvent.MaxLength(e));
        try
        {
            SHA256.HashData(buffer.AsSpan(0, CanonicalEvent.Write(e, buffer)), hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
