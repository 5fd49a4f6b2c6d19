using System.Text.Json;

namespace Hoop.ServiceDefaults.Identity;

/// <summary>One issuer's signing keys: discovered (OpenID Connect Discovery 1.0), cached, refreshed within bounds.</summary>
internal sealed class IssuerKeys(string issuer, HttpClient http, TimeProvider clock)
{
    private const int MaxDocumentBytes = 256 * 1024;
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    // A token with a made-up key id must not make us ask the issuer each time.
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim loading = new(1, 1);
    private volatile KeySet? keys;
    private long lastAttempt;
    private Failure? failed;

    private sealed record KeySet(IReadOnlyList<SigningKey> Keys, long LoadedAt);

    private sealed record Failure(string Why, long At);

    /// <summary>Keys that may have signed a token with this key id; all keys for a token without one.</summary>
    /// <exception cref="HttpRequestException">The issuer does not answer and no keys are known.</exception>
    internal async ValueTask<IReadOnlyList<SigningKey>> FindAsync(string? keyId, CancellationToken cancel)
    {
        var known = keys;
        if (known is null || clock.GetElapsedTime(known.LoadedAt) > MaxAge || (keyId is not null && known.Keys.All(key => key.Id != keyId)))
            known = await RefreshAsync(known, cancel);
        return keyId is null ? known.Keys : [.. known.Keys.Where(key => key.Id == keyId)];
    }

    private async Task<KeySet> RefreshAsync(KeySet? seen, CancellationToken cancel)
    {
        var came = clock.GetTimestamp();
        await loading.WaitAsync(cancel);
        try
        {
            if (keys is { } newer && !ReferenceEquals(newer, seen)) return newer;
            // Who waited while an issuer did not answer is told so too, instead of waiting as long again, one after the other.
            if (seen is null && failed is { } last && last.At >= came) throw new HttpRequestException(last.Why);
            if (seen is not null && lastAttempt != 0 && clock.GetElapsedTime(lastAttempt) < MinInterval) return seen;
            lastAttempt = clock.GetTimestamp();
            try
            {
                return keys = await LoadAsync(cancel);
            }
            catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException && !cancel.IsCancellationRequested)
            {
                failed = new Failure(e.Message, clock.GetTimestamp());
                // Known keys outlive an issuer that is down, for as long as they are at most a day old.
                return seen is not null && clock.GetElapsedTime(seen.LoadedAt) < TimeSpan.FromDays(1) ? seen : throw new HttpRequestException(e.Message, e);
            }
        }
        finally
        {
            loading.Release();
        }
    }

    private async Task<KeySet> LoadAsync(CancellationToken cancel)
    {
        using var discovery = await GetAsync(issuer.TrimEnd('/') + "/.well-known/openid-configuration", cancel);
        if (JsonWebToken.Text(discovery.RootElement, "issuer") != issuer)
            throw new HttpRequestException("its discovery document names another issuer");
        var jwksUri = JsonWebToken.Text(discovery.RootElement, "jwks_uri") ?? throw new HttpRequestException("its discovery document has no jwks_uri");
        using var jwks = await GetAsync(jwksUri, cancel);
        var found = jwks.RootElement.TryGetProperty("keys", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Take(64).Select(SigningKey.TryRead).OfType<SigningKey>().ToList() : [];
        return new KeySet(found, clock.GetTimestamp());
    }

    private async Task<JsonDocument> GetAsync(string url, CancellationToken cancel)
    {
        var uri = new Uri(url);
        if (uri.Scheme != Uri.UriSchemeHttps && !uri.IsLoopback) throw new HttpRequestException($"{uri.Host} is not asked over plain http");
        using var response = await http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancel);
        response.EnsureSuccessStatusCode();
        if (response.Content.Headers.ContentLength > MaxDocumentBytes) throw new HttpRequestException("its document is too large");
        await response.Content.LoadIntoBufferAsync(MaxDocumentBytes, cancel);
        return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancel), new JsonDocumentOptions { MaxDepth = 16 });
    }
}
