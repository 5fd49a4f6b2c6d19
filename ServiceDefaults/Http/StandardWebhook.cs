using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hoop.ServiceDefaults.Http;

/// <summary>
/// Signs a request as Standard Webhooks says, so that any of its libraries verifies it: whoever receives it refuses what is forged, changed or replayed.
/// <see href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"/>
/// </summary>
public static class StandardWebhook
{
    /// <summary>How a secret begins.</summary>
    public const string Prefix = "whsec_";

    /// <summary>What a secret has to be, for errors.</summary>
    public const string SecretForm = $"{Prefix} and at least 24 random bytes in base64, such as {Prefix}$(openssl rand -base64 32)";

    private const int LeastBytes = 24;

    /// <summary>The key that a secret stands for.</summary>
    /// <param name="secret"><c>whsec_</c> and at least 24 bytes in base64.</param>
    /// <param name="where">Which setting is wrong, if it is.</param>
    /// <exception cref="InvalidOperationException">It is none; the message does not have it.</exception>
    public static byte[] KeyOf(string? secret, string where) =>
        secret?.StartsWith(Prefix, StringComparison.Ordinal) is true && TryDecode(secret[Prefix.Length..], out var key)
            ? key
            : throw new InvalidOperationException($"{where} is not a webhook's secret: use {SecretForm}.");

    /// <param name="text">A secret without its prefix.</param>
    public static bool TryDecode(string text, out byte[] key)
    {
        var bytes = new byte[text.Length];
        var decoded = Convert.TryFromBase64String(text, bytes, out var length) && length >= LeastBytes;
        key = decoded ? bytes[..length] : [];
        return decoded;
    }

    /// <param name="timestamp">Seconds since 1970.</param>
    public static string Signature(byte[] key, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
    }

    /// <param name="id">The same at each attempt: the receiver tells repeats by it.</param>
    public static void Sign(HttpRequestMessage request, byte[] key, string id, ReadOnlySpan<byte> body, DateTimeOffset now) =>
        Sign(request, id, now.ToUnixTimeSeconds(), Signature(key, id, now.ToUnixTimeSeconds(), body));

    /// <param name="signatures">One, or several apart by blanks while secrets are exchanged.</param>
    public static void Sign(HttpRequestMessage request, string id, long timestamp, string signatures)
    {
        request.Headers.TryAddWithoutValidation("webhook-id", id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", signatures);
    }
}
