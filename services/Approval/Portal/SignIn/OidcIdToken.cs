using System.Buffers.Text;
using System.Text.Json;

namespace Hoop.Approval.Portal.SignIn;

/// <summary>
/// The ID token's claims (OpenID Connect Core 3.1.3.7). It comes straight from the token endpoint, so the connection vouches for it;
/// who the person is comes from the access token, whose signature is checked, and both must name the same subject.
/// </summary>
internal static class OidcIdToken
{
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FreshSkew = TimeSpan.FromSeconds(10);

    /// <summary>The subject, and when they proved who they are, if it says.</summary>
    /// <exception cref="OidcException">A claim does not fit.</exception>
    public static (string Subject, DateTimeOffset? AuthenticatedAt) Check(string token, OidcOptions options, OidcAttempt attempt, DateTimeOffset now)
    {
        var claims = Read(token);
        Require(Text(claims, "iss") == options.Authority, "issuer");
        Require(Audiences(claims).Contains(options.ClientId), "audience");
        Require((Text(claims, "azp") ?? options.ClientId) == options.ClientId, "authorized party");
        Require(claims.TryGetProperty("exp", out var exp) && exp.TryGetInt64(out var expires) && now < DateTimeOffset.FromUnixTimeSeconds(expires) + Skew, "expiry");
        Require(Text(claims, "nonce") == attempt.Nonce, "nonce");
        var subject = Text(claims, "sub");
        Require(!string.IsNullOrEmpty(subject), "subject");
        DateTimeOffset? authenticated = claims.TryGetProperty("auth_time", out var time) && time.ValueKind == JsonValueKind.Number && time.TryGetInt64(out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        // max_age was asked for, so the claim must be there (OpenID Connect Core 3.1.2.1).
        if (attempt.FreshFrom is { } from) Require(authenticated >= from - FreshSkew, "time of sign-in (auth_time)");
        return (subject!, authenticated);
    }

    private static JsonElement Read(string token)
    {
        try
        {
            using var document = JsonDocument.Parse(
                Base64Url.DecodeFromChars(token.Split('.') is [_, var body, _] ? body : ""), new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document.RootElement.Clone();
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            // Told below.
        }
        throw new OidcException("The identity provider's ID token is unreadable.");
    }

    private static IEnumerable<string?> Audiences(JsonElement claims) =>
        !claims.TryGetProperty("aud", out var audience) ? []
        : audience.ValueKind == JsonValueKind.Array ? audience.EnumerateArray().Where(a => a.ValueKind == JsonValueKind.String).Select(a => a.GetString())
        : [Text(claims, "aud")];

    private static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static void Require(bool fits, string claim)
    {
        if (!fits) throw new OidcException($"The identity provider's ID token has the wrong {claim}. Sign in again.");
    }
}
