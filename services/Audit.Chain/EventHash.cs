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
        var buffer = ArrayPool<byte>.Shared.Rent(CanonicalEvent.MaxLength(e));
        try
        {
            Span<byte> hash = stackalloc byte[CanonicalEvent.HashLength];
            SHA256.HashData(buffer.AsSpan(0, CanonicalEvent.Write(e, buffer)), hash);
            return Convert.ToHexStringLower(hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>True when the event is what its hash says. A malformed previous hash makes it false, not an exception.</summary>
    public static bool Matches(JournalEvent e) =>
        e.PreviousHash.Length == 64 && e.PreviousHash.All(char.IsAsciiHexDigitLower) && string.Equals(Of(e), e.Hash, StringComparison.Ordinal);
}
