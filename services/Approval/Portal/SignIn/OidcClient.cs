using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Options;

namespace Hoop.Approval.Portal.SignIn;

/// <summary>
/// The three calls a sign-in makes: discovery, the authorization request (code + PKCE, RFC 7636), the code's exchange.
/// All that knows how OpenID Connect travels is here: another client library replaces this file.
/// </summary>
internal sealed class OidcClient(IHttpClientFactory http, IOptions<OidcOptions> options, TimeProvider clock)
{
    private const int MaxAnswerBytes = 256 * 1024;
    private static readonly TimeSpan MetadataAge = TimeSpan.FromMinutes(10);

    private (OidcMetadata Metadata, long At)? _metadata;

    private OidcOptions Options => options.Value;

    /// <exception cref="OidcException">The provider does not answer, or not as it should.</exception>
    public async Task<OidcMetadata> DiscoverAsync(CancellationToken cancel)
    {
        if (_metadata is { } known && clock.GetElapsedTime(known.At) < MetadataAge) return known.Metadata;
        var metadata = await AskAsync<OidcMetadata>(
            new HttpRequestMessage(HttpMethod.Get, Options.Authority.TrimEnd('/') + "/.well-known/openid-configuration"), cancel);
        if (metadata.Issuer != Options.Authority) throw new OidcException("The identity provider says it is another issuer than Oidc:Authority.");
        _metadata = (metadata, clock.GetTimestamp());
        return metadata;
    }

    public async Task<Uri> AuthorizationUrlAsync(OidcAttempt attempt, string redirectUri, CancellationToken cancel)
    {
        var query = new QueryBuilder
        {
            { "response_type", "code" }, { "client_id", Options.ClientId }, { "redirect_uri", redirectUri }, { "scope", Options.Scope },
            { "state", attempt.State }, { "nonce", attempt.Nonce }, { "code_challenge", attempt.Challenge }, { "code_challenge_method", "S256" },
        };
        if (attempt.FreshFrom is not null)
        {
            query.Add("prompt", "login");
            query.Add("max_age", "0");
        }
        return new Uri((await DiscoverAsync(cancel)).AuthorizationEndpoint + query.ToQueryString());
    }

    public async Task<OidcTokens> ExchangeAsync(string code, OidcAttempt attempt, string redirectUri, CancellationToken cancel)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = redirectUri, ["code_verifier"] = attempt.Verifier,
        };
        // A client says who it is in one way only: by its secret, or, without one, in the form (RFC 6749 section 2.3).
        if (Options.ClientSecret.Length == 0) form["client_id"] = Options.ClientId;
        var request = new HttpRequestMessage(HttpMethod.Post, (await DiscoverAsync(cancel)).TokenEndpoint) { Content = new FormUrlEncodedContent(form) };
        if (Options.ClientSecret.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(
                $"{Uri.EscapeDataString(Options.ClientId)}:{Uri.EscapeDataString(Options.ClientSecret)}")));
        return await AskAsync<OidcTokens>(request, cancel);
    }

    private async Task<T> AskAsync<T>(HttpRequestMessage request, CancellationToken cancel)
    {
        if (request.RequestUri is not { } uri || (uri.Scheme != Uri.UriSchemeHttps && !uri.IsLoopback))
            throw new OidcException("The identity provider is not asked over plain http. Give Oidc:Authority an https address.");
        try
        {
            using var answer = await http.CreateClient(nameof(OidcClient)).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (!answer.IsSuccessStatusCode) throw new OidcException($"The identity provider refused ({(int)answer.StatusCode}). Sign in again.");
            await answer.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancel);
            return await answer.Content.ReadFromJsonAsync<T>(cancel) ?? throw new OidcException("The identity provider's answer is empty.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            throw new OidcException("The identity provider does not answer. Try again in a moment.", e);
        }
    }
}

internal sealed record OidcMetadata(
    [property: JsonPropertyName("issuer"), JsonRequired] string Issuer,
    [property: JsonPropertyName("authorization_endpoint"), JsonRequired] string AuthorizationEndpoint,
    [property: JsonPropertyName("token_endpoint"), JsonRequired] string TokenEndpoint,
    [property: JsonPropertyName("end_session_endpoint")] string? EndSessionEndpoint);

internal sealed record OidcTokens(
    [property: JsonPropertyName("access_token"), JsonRequired] string AccessToken,
    [property: JsonPropertyName("id_token"), JsonRequired] string IdToken);

/// <summary>A sign-in that cannot go on; the message is for the person.</summary>
internal sealed class OidcException(string message, Exception? inner = null) : Exception(message, inner);
