using Hoop.ServiceDefaults.Http;

namespace Hoop.Approval.Notifications.Channels;

/// <summary>Signs for a receiver whose secrets may be in exchange; the rest is <see cref="StandardWebhook"/>.</summary>
internal static class WebhookSignature
{
    /// <param name="secrets">One, or several apart by blanks while they are exchanged: it is signed with each. Their prefix may be left out.</param>
    /// <exception cref="ReceiverException">A secret is none.</exception>
    public static string Of(string secrets, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var signatures = new List<string>();
        foreach (var secret in secrets.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            signatures.Add(StandardWebhook.Signature(Key(secret), id, timestamp, body));
        return signatures.Count > 0 ? string.Join(' ', signatures) : throw NoSecret();
    }

    private static byte[] Key(string secret) =>
        StandardWebhook.TryDecode(secret.StartsWith(StandardWebhook.Prefix, StringComparison.Ordinal) ? secret[StandardWebhook.Prefix.Length..] : secret, out var key) ? key : throw NoSecret();

    private static ReceiverException NoSecret() => new($"the webhook's secret must be {StandardWebhook.SecretForm}");
}
