using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hoop.Contracts.Identity;

namespace Hoop.ServiceDefaults.Http;

/// <summary>
/// How a service shows another that it is one: <c>X-Hoop-Internal: SECONDS.SIGNATURE</c>, HMAC-SHA256 by the internal key over the time, the method, the path with its
/// query, and the principal it acts for. The key itself never travels, and what is signed is good for this call, for a minute.
/// </summary>
public static class ServiceSignature
{
    public const string Header = "X-Hoop-Internal";

    /// <summary>
    /// The principal a service acts for: base64url of Contracts' <c>Principal</c> as JSON; then, where it is known, <c>.SECONDS</c>: when what that principal signed in
    /// with ends, since 1970. Signed with the rest.
    /// </summary>
    public const string PrincipalHeader = "X-Hoop-Principal";

    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(60);

    /// <summary>Says for whom the call is made; <see cref="Sign"/> comes after it.</summary>
    public static void ActFor(this HttpRequestMessage request, Principal principal, DateTimeOffset? expiry = null)
    {
        var until = expiry is { } at ? "." + at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) : "";
        request.Headers.Remove(PrincipalHeader);
        request.Headers.Add(PrincipalHeader, Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(principal)) + until);
    }

    /// <summary>The last thing done to a request: nothing of what is signed may change after it.</summary>
    public static void Sign(this HttpRequestMessage request, string key, DateTimeOffset now)
    {
        var acting = request.Headers.TryGetValues(PrincipalHeader, out var values) ? string.Join(',', values) : "";
        var seconds = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.Remove(Header);
        request.Headers.TryAddWithoutValidation(Header, $"{seconds}.{Base64Url.EncodeToString(Of(key, seconds, request.Method.Method, request.RequestUri!.PathAndQuery, acting))}");
    }

    internal static bool Fits(string given, string key, DateTimeOffset now, string method, string target, string acting)
    {
        if (key.Length == 0 || given.Split('.') is not [var seconds, var signature]
            || !long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var at) || Math.Abs((decimal)now.ToUnixTimeSeconds() - at) > (decimal)Tolerance.TotalSeconds) return false;
        try
        {
            return CryptographicOperations.FixedTimeEquals(Base64Url.DecodeFromChars(signature), Of(key, seconds, method, target, acting));
        }
        catch (FormatException)
        {
            return false;
        }
    }

    // None of the parts can hold a line's end: two different calls are never the same text.
    private static byte[] Of(string key, string seconds, string method, string target, string acting) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(string.Join('\n', "hoop-service-1", seconds, method, target, acting)));
}
