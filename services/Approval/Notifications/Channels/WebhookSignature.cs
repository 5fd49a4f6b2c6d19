using System.Security.Cryptography;
using System.Text;

namespace Hoop.Approval.Notifications.Channels;

/// <summary>Signs as <see href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"/> asks, so that any of its libraries verifies.</summary>
internal static class WebhookSignature
{
    private const string Prefix = "whsec_";
    private const int LeastBytes = 24;

    /// <param name="secrets">One, or several apart by blanks while they are exchanged: it is signed with each.</param>
    /// <exception cref="ReceiverException">A secret is none.</exception>
    public static string Of(string secrets, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var signatures = new List<string>();
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        foreach (var secret in secrets.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            signatures.Add("v1," + Convert.ToBase64String(HMACSHA256.HashData(Key(secret), signed)));
        return signatures.Count > 0 ? string.Join(' ', signatures) : throw NoSecret();
    }

    private static byte[] Key(string secret)
    {
        var text = secret.StartsWith(Prefix, StringComparison.Ordinal) ? secret[Prefix.Length..] : secret;
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text, key, out var length) && length >= LeastBytes ? key[..length] : throw NoSecret();
    }

    private static ReceiverException NoSecret() =>
        new($"the webhook's secret must be {Prefix} and at least {LeastBytes} random bytes in base64, such as whsec_$(openssl rand -base64 32)");
}
