using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Chain;

/// <summary>Where the fields of a <see cref="CanonicalEvent"/> are: nothing is copied or decoded.</summary>
internal readonly ref struct CanonicalFields
{
    public ReadOnlySpan<byte> SessionId { get; private init; }
    public long Sequence { get; private init; }
    public DateTimeOffset At { get; private init; }
    public ReadOnlySpan<byte> Kind { get; private init; }
    public ReadOnlySpan<byte> Payload { get; private init; }
    public ReadOnlySpan<byte> PreviousHash { get; private init; }

    /// <summary>Whether the texts are texts: then writing the event again makes the same bytes.</summary>
    public bool IsUtf8 => Utf8.IsValid(SessionId) && Utf8.IsValid(Kind) && Utf8.IsValid(Payload);

    /// <summary>False when the bytes are not exactly one canonical form.</summary>
    public static bool TryRead(ReadOnlySpan<byte> canonical, out CanonicalFields fields)
    {
        fields = default;
        if (!canonical.StartsWith(CanonicalEvent.Magic))
            return false;
        var rest = canonical[CanonicalEvent.Magic.Length..];
        if (!TryText(ref rest, out var session) || rest.Length < 16)
            return false;
        var sequence = BinaryPrimitives.ReadInt64BigEndian(rest);
        var microseconds = BinaryPrimitives.ReadInt64BigEndian(rest[8..]);
        rest = rest[16..];
        if (!TryText(ref rest, out var kind) || !TryText(ref rest, out var payload) || rest.Length != CanonicalEvent.HashLength || !TryTime(microseconds, out var at))
            return false;
        fields = new CanonicalFields { SessionId = session, Sequence = sequence, At = at, Kind = kind, Payload = payload, PreviousHash = rest };
        return true;
    }

    /// <summary>As text; what is no UTF-8 becomes U+FFFD.</summary>
    public JournalEvent ToEvent(ReadOnlySpan<byte> hash) => new(
        Encoding.UTF8.GetString(SessionId), Sequence, At, Encoding.UTF8.GetString(Kind), Encoding.UTF8.GetString(Payload), Convert.ToHexStringLower(PreviousHash), Convert.ToHexStringLower(hash));

    private static bool TryTime(long microseconds, out DateTimeOffset at)
    {
        const long Limit = 250_000_000_000_000_000;   // Within the years that DateTimeOffset knows.
        var valid = microseconds is > -Limit / 5 and < Limit;
        at = valid ? DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond) : default;
        return valid;
    }

    private static bool TryText(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (rest.Length < 4)
            return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(rest);
        if (length < 0 || length > rest.Length - 4)
            return false;
        text = rest.Slice(4, length);
        rest = rest[(4 + length)..];
        return true;
    }
}
