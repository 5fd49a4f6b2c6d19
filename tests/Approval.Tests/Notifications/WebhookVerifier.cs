using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hoop.Approval.Tests.Rigs;

namespace Hoop.Approval.Tests.Notifications;

/// <summary>A receiver as the Standard Webhooks specification describes it, written from its text alone.</summary>
internal sealed class WebhookVerifier(string secret)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private readonly HashSet<string> _seen = [];

    /// <summary>Null: it is Hoop's, new, and whole.</summary>
    public string? Refuse(Received message, DateTimeOffset now)
    {
        var (id, timestamp) = (message.Headers["webhook-id"], message.Headers["webhook-timestamp"]);
        var sent = DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, CultureInfo.InvariantCulture));
        if ((now - sent).Duration() > Tolerance) return "the message is too old";
        var expected = HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{id}.{timestamp}.{message.Body}"));
        var signatures = message.Headers["webhook-signature"].Split(' ').Where(one => one.StartsWith("v1,", StringComparison.Ordinal)).Select(one => Convert.FromBase64String(one[3..]));
        if (!signatures.Any(one => CryptographicOperations.FixedTimeEquals(one, expected))) return "the signature does not fit";
        return _seen.Add(id) ? null : "the message came before";
    }
}
