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
    private const string Prefix = "whsec_";
    private const int LeastBytes = 24;

    /// <summary>The key that a secret stands for.</summary>
    /// <param name="secret"><c>whsec_</c> and at least 24 bytes in base64.</param>
    /// <param name="where">Which setting is wrong, if it is.</param>
    /// <exception cref="InvalidOperationException">It is none; the message does not have it.</exception>
    public static byte[] KeyOf(string? secret, string where)
    {
        var text = secret?.StartsWith(Prefix, StringComparison.Ordinal) is true ? secret[Prefix.Length..] : "";
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text, key, out var length) && length >= LeastBytes
            ? key[..length]
            : throw new InvalidOperationException($"{where} is not a webhook's secret: use {Prefix} and at least {LeastBytes} random bytes in base64, such as {Prefix}$(openssl rand -base64 32).");
    }

    /// <param name="id">The same at each attempt: the receiver tells repeats by it.</param>
    public static void Sign(HttpRequestMessage request, byte[] key, string id, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        request.Headers.TryAddWithoutValidation("webhook-id", id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp);
        request.Headers.TryAddWithoutValidation("webhook-signature", "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)));
    }
}
