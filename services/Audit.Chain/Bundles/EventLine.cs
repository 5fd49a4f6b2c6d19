using System.Security.Cryptography;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>What the verifier keeps of an event line: enough to name it, not its payload.</summary>
internal sealed record EventLine(int Line, long Sequence, DateTimeOffset At, string Kind, string PreviousHash, string Hash, bool Readable, bool HashMatches)
{
    public static EventLine Read(string session, int number, BundleEvent? read)
    {
        if (read is not { } e)
            return new EventLine(number, -1, default, "", "", "", Readable: false, HashMatches: false);
        return new EventLine(number, e.Sequence, e.At, e.Kind, e.PreviousHash, e.Hash, Readable: true, Matches(session, e));
    }

    /// <summary><c>event 3 (operation.decided at 2026-01-31T12:00:00.000000Z)</c></summary>
    public string Describe(long sequence) =>
        Readable ? $"event {sequence} ({Printable(Kind)} at {BundleFormat.Time(At)})" : $"event {sequence} (line {Line})";

    private static bool Matches(string session, BundleEvent e)
    {
        if (!Hex.IsHash(e.PreviousHash))
            return false;
        var canonical = CanonicalEvent.From(session, e.Sequence, CanonicalEvent.Microseconds(e.At), e.Kind, e.Payload, e.PreviousHash);
        return Convert.ToHexStringLower(SHA256.HashData(canonical)) == e.Hash;
    }

    // An edited kind is somebody else's text on the reader's terminal.
    private static string Printable(string text) => string.Concat((text.Length > 40 ? text[..40] : text).Select(c => char.IsControl(c) ? '?' : c));
}
