using System.Security.Cryptography;
using System.Text;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>A statement's bytes as text, and whether they can be judged by it.</summary>
/// <param name="Readable">False: not UTF-8, or longer than statements are read. The text is then for the record alone.</param>
internal readonly record struct StatementText(string Text, bool Readable)
{
    private const int RecordedBytes = 64 * 1024;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    internal static StatementText Of(ReadOnlySpan<byte> bytes, int limit, RecentTexts recent)
    {
        if (bytes.Length > limit) return new(Shortened(bytes), false);
        if (recent.TryFind(bytes, out var known)) return new(known, true);
        try
        {
            var text = Strict.GetString(bytes);
            recent.Keep(bytes, text);
            return new(text, true);
        }
        catch (DecoderFallbackException)
        {
            return new(Encoding.UTF8.GetString(bytes), false);
        }
    }

    // The record says which text it was without being as long.
    private static string Shortened(ReadOnlySpan<byte> bytes) =>
        $"{Encoding.UTF8.GetString(bytes[..RecordedBytes])}… ({bytes.Length} bytes, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(bytes))})";
}
