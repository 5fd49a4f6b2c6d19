using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults.Documents;

namespace Hoop.ServiceDefaults.Identity;

/// <summary>Validates OIDC access tokens (RFC 9068, RFC 8725) of the issuers that the active hoop.yaml names.</summary>
public sealed class TokenValidator(HoopDocuments documents, IHttpClientFactory http, TimeProvider clock)
{
    private const int MaxCached = 4096;
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private static readonly HashSet<string> Algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    private readonly ConcurrentDictionary<string, IssuerKeys> issuers = new();
    private readonly ConcurrentDictionary<string, (TokenResult Result, HoopDocument Document)> validated = new();

    /// <summary>Never throws for any text; a refusal says in one line what is wrong.</summary>
    public async ValueTask<TokenResult> ValidateAsync(string token, CancellationToken cancel)
    {
        if (documents.Current is not { } document)
            return TokenResult.Refused("No policy is loaded yet, so no identity can be accepted. Try again in a moment.");
        var now = clock.GetUtcNow();
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (validated.TryGetValue(hash, out var known) && ReferenceEquals(known.Document, document) && now < known.Result.ExpiresAt) return known.Result;

        var result = await ValidateFreshAsync(token, document, now, cancel);
        if (result.Principal is not null)
        {
            if (validated.Count >= MaxCached) validated.Clear();
            validated[hash] = (result, document);
        }
        return result;
    }

    private async ValueTask<TokenResult> ValidateFreshAsync(string token, HoopDocument document, DateTimeOffset now, CancellationToken cancel)
    {
        if (JsonWebToken.TryRead(token) is not { } jwt)
            return TokenResult.Refused("The password is not an OIDC access token (a JWT). Use the token your identity provider issues as the password.");
        if (jwt.HeaderText("alg") is not { } algorithm || !Algorithms.Contains(algorithm))
            return TokenResult.Refused("The access token's signing algorithm is not accepted. It must be RS, PS or ES with SHA-256 or stronger.");
        if (jwt.Header.TryGetProperty("crit", out _) || jwt.HeaderText("typ") is { } type && !IsAccessTokenType(type))
            return TokenResult.Refused("The token is not an access token. Ask the identity provider for an access token with Hoop's audience.");
        var named = jwt.ClaimText("iss");
        if (document.Issuers.Where(candidate => candidate.Url == named).ToList() is not { Count: > 0 } trusted)
            return TokenResult.Refused("The access token comes from an issuer that hoop.yaml does not name. Add it under identity.issuers or use a token of a listed issuer.");

        var audiences = jwt.ClaimList("aud");
        if (trusted.FirstOrDefault(candidate => audiences.Contains(candidate.Audience)) is not { } issuer)
            return TokenResult.Refused($"The access token is for another audience; Hoop accepts '{trusted[0].Audience}'. Request a token with that audience.");
        if (jwt.ClaimTime("exp") is not { } expires)
            return TokenResult.Refused("The access token has no expiry, so it is not accepted. Request one with an 'exp' claim.");
        if (now - Skew >= expires)
            return TokenResult.Refused($"The access token expired at {expires:yyyy-MM-dd HH:mm:ss} UTC. Get a new token and connect again.");
        if (jwt.ClaimTime("nbf") is { } notBefore && now + Skew < notBefore)
            return TokenResult.Refused($"The access token is not valid before {notBefore:yyyy-MM-dd HH:mm:ss} UTC. Check the clocks or wait.");
        if (string.IsNullOrEmpty(jwt.ClaimText("sub")))
            return TokenResult.Refused("The access token names no subject. Request one with a 'sub' claim.");
        if (!TokenPrincipal.ReadsActors(jwt.Claims))
            return TokenResult.Refused("The access token's 'act' claim cannot be read, so who acts is not known. Request one whose 'act' is an object (RFC 8693).");

        if (await VerifySignatureAsync(jwt, issuer, algorithm, cancel) is { } failure) return TokenResult.Refused(failure);
        return new TokenResult(TokenPrincipal.Read(jwt, issuer, document), expires, null);
    }

    private async ValueTask<string?> VerifySignatureAsync(JsonWebToken jwt, IssuerDocument issuer, string algorithm, CancellationToken cancel)
    {
        var keys = issuers.GetOrAdd(issuer.Url, url => new IssuerKeys(url, http.CreateClient(nameof(TokenValidator)), clock));
        try
        {
            foreach (var key in await keys.FindAsync(jwt.HeaderText("kid"), cancel))
                if (key.Verify(algorithm, jwt.SignedBytes, jwt.Signature))
                    return null;
            return "The access token's signature is not of its issuer's current keys. Get a new token and connect again.";
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException or UriFormatException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            return $"The issuer's keys could not be read ({new Uri(issuer.Url).Authority}), so no token can be checked. Try again when the identity provider answers.";
        }
    }

    private static bool IsAccessTokenType(string type) =>
        type.Equals("at+jwt", StringComparison.OrdinalIgnoreCase) || type.Equals("application/at+jwt", StringComparison.OrdinalIgnoreCase) || type.Equals("JWT", StringComparison.OrdinalIgnoreCase);
}
