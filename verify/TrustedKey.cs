using System.Security.Cryptography;
using Hoop.Audit.Chain.Log;

namespace Hoop.Verify;

/// <summary>The key that somebody trusts, as <c>--key</c> takes it: a fingerprint, the key itself, or a file with either, or with the key as PEM or DER.</summary>
internal static class TrustedKey
{
    private const int MostBytes = 64 * 1024;

    /// <returns>The key's fingerprint, lower-case hex.</returns>
    /// <exception cref="InvalidDataException">It is none of these; the message says why.</exception>
    public static string Fingerprint(string argument)
    {
        if (FromText(argument) is { } fingerprint)
            return fingerprint;
        if (Directory.Exists(argument))
            throw new InvalidDataException($"--key {argument} is a folder: name the file with the public key.");
        if (!File.Exists(argument))
            throw new InvalidDataException($"--key {Short(argument)} is no fingerprint (64 hex digits) and no P-256 public key (base64), and there is no such file.");
        if (new FileInfo(argument).Length > MostBytes)
            throw new InvalidDataException($"--key {argument} is too large for a public key.");
        return FromFile(File.ReadAllBytes(argument)) ?? throw new InvalidDataException($"--key {argument} has no P-256 public key in it, as PEM, DER or base64, and no fingerprint.");
    }

    private static string? FromFile(byte[] bytes)
    {
        var text = System.Text.Encoding.UTF8.GetString(bytes).Trim();
        if (text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw new InvalidDataException("--key has a private key: keep that to yourself, and give the public key or its fingerprint.");
        return FromText(text) ?? FromPem(text) ?? FromText(Convert.ToBase64String(bytes));
    }

    private static string? FromPem(string text) =>
        PemEncoding.TryFind(text, out var pem) && text.AsSpan()[pem.Label] is "PUBLIC KEY" ? FromText(Convert.ToBase64String(Convert.FromBase64String(text[pem.Base64Data]))) : null;

    private static string? FromText(string text)
    {
        var digits = text.Replace(":", "", StringComparison.Ordinal);
        return digits.Length == 64 && digits.All(char.IsAsciiHexDigit) ? digits.ToLowerInvariant()
            : EvidenceKey.IsValid(text) ? EvidenceKey.Fingerprint(text)
            : null;
    }

    private static string Short(string text) => text.Length > 100 ? text[..100] + "…" : text;
}
