using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace Hoop.ServiceDefaults.ObjectStorage;

/// <summary>Where objects go, and how long nobody may change or delete them (Object Lock).</summary>
/// <param name="Endpoint">Without the bucket, which is a part of the path: <c>https://s3.eu-central-1.amazonaws.com</c>.</param>
/// <param name="LockMode"><c>COMPLIANCE</c> or <c>GOVERNANCE</c>; null when objects are not locked.</param>
public sealed record S3Options(Uri Endpoint, string Bucket, string Region, string AccessKey, string SecretKey, string? LockMode, int LockDays)
{
    /// <summary>Null when the section names no endpoint.</summary>
    /// <exception cref="InvalidOperationException">Something is missing or wrong.</exception>
    public static S3Options? From(IConfigurationSection section)
    {
        if (section["Endpoint"] is not { Length: > 0 } endpoint) return null;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme != "https" && !uri.IsLoopback)
            throw new InvalidOperationException($"{section.Path}:Endpoint is no https URL: give the store's address without the bucket, such as https://s3.eu-central-1.amazonaws.com.");
        var days = section.GetValue("LockDays", 0);
        var mode = days > 0 ? (section["LockMode"] ?? "COMPLIANCE").ToUpperInvariant() : null;
        if (mode is not (null or "COMPLIANCE" or "GOVERNANCE"))
            throw new InvalidOperationException($"{section.Path}:LockMode is neither COMPLIANCE nor GOVERNANCE.");
        return new S3Options(uri, Required("Bucket"), section["Region"] ?? "us-east-1", Required("AccessKey"), Required("SecretKey"), mode, days);

        string Required(string name) => section[name] is { Length: > 0 } value ? value : throw new InvalidOperationException($"{section.Path}:{name} is missing.");
    }

    public override string ToString() => $"{Endpoint}{Bucket}";
}

/// <summary>Puts, gets and deletes objects of one bucket.</summary>
public sealed class S3Store(S3Options options, HttpClient http, TimeProvider clock)
{
    /// <exception cref="HttpRequestException">The store did not take it.</exception>
    public async Task PutAsync(string key, byte[] data, string contentType, CancellationToken cancel)
    {
        var hash = SHA256.HashData(data);
        using var request = new HttpRequestMessage(HttpMethod.Put, Address(key)) { Content = new ByteArrayContent(data) };
        request.Content.Headers.ContentType = new(contentType);
        // A store that locks wants to know that it got what was sent.
        request.Headers.Add("x-amz-checksum-sha256", Convert.ToBase64String(hash));
        if (options.LockMode is { } mode)
        {
            request.Headers.Add(S3Headers.LockMode, mode);
            request.Headers.Add(S3Headers.LockedUntil, clock.GetUtcNow().AddDays(options.LockDays).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }

        using var response = await SendAsync(request, hash, cancel);
        await EnsureAsync(response, key, cancel);
    }

    /// <summary>Null when there is no such object.</summary>
    /// <exception cref="HttpRequestException">The store refuses to say, or has no such bucket.</exception>
    public async Task<byte[]?> GetAsync(string key, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(key));
        using var response = await SendAsync(request, SHA256.HashData([]), cancel);
        if (response.StatusCode == HttpStatusCode.NotFound && (await S3Error.OfAsync(response, cancel)).Code != "NoSuchBucket") return null;
        await EnsureAsync(response, key, cancel);
        return await response.Content.ReadAsByteArrayAsync(cancel);
    }

    /// <summary>Puts an object where there is none; one that is there already stays, and must be the same.</summary>
    /// <exception cref="HttpRequestException">The store did not take it, or has another object under this key.</exception>
    public async Task PutNewAsync(string key, byte[] data, string contentType, CancellationToken cancel)
    {
        if (await GetAsync(key, cancel) is not { } there)
            await PutAsync(key, data, contentType, cancel);
        else if (!there.AsSpan().SequenceEqual(data))
            throw new HttpRequestException($"the object store has another {key} already, and it is not overwritten: give every installation a bucket or an origin of its own");
    }

    /// <summary>Deletes every version of an object. One that is not there is deleted already.</summary>
    /// <exception cref="HttpRequestException">The store does not let it go: it is locked, or the key may not delete.</exception>
    public async Task DeleteAsync(string key, CancellationToken cancel)
    {
        foreach (var version in await VersionsAsync(key, cancel))
        {
            using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri(Address(key) + "?versionId=" + Uri.EscapeDataString(version)));
            using var response = await SendAsync(request, SHA256.HashData([]), cancel);
            if (response.StatusCode != HttpStatusCode.NotFound)
                await EnsureAsync(response, key, cancel);
        }
    }

    private async Task<List<string>> VersionsAsync(string key, CancellationToken cancel)
    {
        var versions = new List<string>();
        for (var rest = ""; rest is not null;)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(options.Endpoint, $"/{options.Bucket}?prefix={Uri.EscapeDataString(key)}&versions={rest}"));
            using var response = await SendAsync(request, SHA256.HashData([]), cancel);
            await EnsureAsync(response, key, cancel);
            (var page, rest) = S3Versions.Of(key, await response.Content.ReadAsStreamAsync(cancel));
            versions.AddRange(page);
        }

        return versions;
    }

    private Uri Address(string key) => new(options.Endpoint, $"/{options.Bucket}/{string.Join('/', key.Split('/').Select(Uri.EscapeDataString))}");

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, byte[] hash, CancellationToken cancel)
    {
        S3Signer.Sign(request, options.AccessKey, options.SecretKey, options.Region, Convert.ToHexStringLower(hash), clock.GetUtcNow());
        return http.SendAsync(request, cancel);
    }

    private static async Task EnsureAsync(HttpResponseMessage response, string key, CancellationToken cancel)
    {
        if (response.IsSuccessStatusCode) return;
        throw new HttpRequestException($"the object store refused {key} with HTTP {(int)response.StatusCode}: {(await S3Error.OfAsync(response, cancel)).Text}");
    }
}
