using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Hoop.ServiceDefaults.ObjectStorage;
using Hoop.Testing;
using Xunit;

namespace Hoop.Audit.Tests.Rigs;

/// <summary>A bucket of a real store. Locks are of mode GOVERNANCE where a test waits for their end: those of mode COMPLIANCE nobody shortens.</summary>
internal sealed class RealS3Bucket : S3Bucket
{
    private static readonly HttpClient Http = new();

    private RealS3Bucket(S3Options options)
        : base(options, new SocketsHttpHandler())
    {
    }

    /// <summary>Skips the test where there is no store.</summary>
    /// <param name="mode">Null: a bucket without Object Lock.</param>
    public static async Task<RealS3Bucket> CreateAsync(string? mode)
    {
        Assert.SkipWhen(S3Server.Missing is not null, S3Server.Missing ?? "");
        var access = (await S3Server.SharedAsync()).Access;
        var bucket = new RealS3Bucket(new S3Options(access.Endpoint, $"hoop-{RandomNumberGenerator.GetHexString(16, lowercase: true)}", access.Region, access.AccessKey, access.SecretKey, mode ?? "COMPLIANCE", 30));
        (string, string)[] locks = mode is null ? [] : [("x-amz-bucket-object-lock-enabled", "true")];
        (await bucket.SendAsync(HttpMethod.Put, "", headers: locks)).EnsureSuccessStatusCode();
        return bucket;
    }

    /// <summary>The service's settings for it.</summary>
    /// <param name="section">Such as <c>Hoop:Recording:S3</c>.</param>
    public IEnumerable<KeyValuePair<string, string>> Settings(string section) =>
    [
        new($"{section}:Endpoint", Options.Endpoint.ToString()), new($"{section}:Bucket", Options.Bucket), new($"{section}:Region", Options.Region),
        new($"{section}:AccessKey", Options.AccessKey), new($"{section}:SecretKey", Options.SecretKey), new($"{section}:LockDays", $"{Options.LockDays}"),
    ];

    public override async Task<IReadOnlyList<(string Key, byte[] Data)>> ObjectsAsync()
    {
        var objects = new List<(string, byte[])>();
        foreach (var key in (await ListAsync("?list-type=2", "Contents")).Select(o => o.Key))
            objects.Add((key, await (await SendAsync(HttpMethod.Get, "/" + key)).Content.ReadAsByteArrayAsync()));
        return objects;
    }

    public override async Task<int> VersionsAsync() => (await ListAsync("?versions=", "Version", "DeleteMarker")).Count;

    public override async Task<(string? Mode, DateTimeOffset Until)> LockAsync(string key)
    {
        var answer = (await SendAsync(HttpMethod.Head, "/" + key)).EnsureSuccessStatusCode();
        return (answer.Headers.GetValues("x-amz-object-lock-mode").Single(),
            DateTimeOffset.Parse(answer.Headers.GetValues("x-amz-object-lock-retain-until-date").Single(), CultureInfo.InvariantCulture));
    }

    public override async Task ReplaceAsync(string key, byte[]? data) =>
        (await SendAsync(data is null ? HttpMethod.Delete : HttpMethod.Put, "/" + key, data)).EnsureSuccessStatusCode();

    public override async Task UnlockAsync()
    {
        foreach (var (key, version) in await ListAsync("?versions=", "Version"))
            (await RetainAsync(key, version, "GOVERNANCE", TimeProvider.System.GetUtcNow().AddSeconds(2))).EnsureSuccessStatusCode();
    }

    /// <summary>The bucket's policy, and only that, gives somebody rights to it.</summary>
    /// <param name="rights">Such as <c>s3:PutObject</c>.</param>
    /// <returns>The same bucket with the other's keys.</returns>
    public async Task<S3Options> GrantAsync(params string[] rights)
    {
        await SayAsync("Allow", "arn:aws:iam:::user/guest", rights);
        var access = (await S3Server.SharedAsync()).Access;
        return Options with { AccessKey = access.GuestAccessKey, SecretKey = access.GuestSecretKey };
    }

    /// <summary>Takes rights from everybody, the bucket's owner too.</summary>
    public Task DenyAsync(params string[] rights) => SayAsync("Deny", "*", rights);

    /// <summary>The versions that are kept of an object, the newest first.</summary>
    public async Task<List<string>> VersionsAsync(string key) => [.. (await ListAsync("?versions=", "Version")).Where(v => v.Key == key).Select(v => v.Id)];

    /// <summary>As the bucket's owner, with all the rights that there are.</summary>
    public Task<HttpResponseMessage> RetainAsync(string key, string version, string mode, DateTimeOffset until) => SendAsync(
        HttpMethod.Put, $"/{key}?retention=&versionId={version}",
        Encoding.UTF8.GetBytes($"<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>{mode}</Mode><RetainUntilDate>{until.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}</RetainUntilDate></Retention>"),
        ("x-amz-bypass-governance-retention", "true"));

    public Task<HttpResponseMessage> DeleteVersionAsync(string key, string version) =>
        SendAsync(HttpMethod.Delete, $"/{key}?versionId={version}", headers: [("x-amz-bypass-governance-retention", "true")]);

    public async Task<byte[]> ReadVersionAsync(string key, string version) =>
        await (await SendAsync(HttpMethod.Get, $"/{key}?versionId={version}")).EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();

    private async Task SayAsync(string effect, string whom, string[] rights)
    {
        var policy = new
        {
            Version = "2012-10-17",
            Statement = new[] { new { Effect = effect, Principal = new { AWS = whom }, Action = rights, Resource = new[] { $"arn:aws:s3:::{Options.Bucket}", $"arn:aws:s3:::{Options.Bucket}/*" } } },
        };
        (await SendAsync(HttpMethod.Put, "?policy=", JsonSerializer.SerializeToUtf8Bytes(policy))).EnsureSuccessStatusCode();
    }

    private async Task<List<(string Key, string Id)>> ListAsync(string query, params string[] names)
    {
        using var answer = (await SendAsync(HttpMethod.Get, query)).EnsureSuccessStatusCode();
        var list = XDocument.Parse(await answer.Content.ReadAsStringAsync());
        if (Child(list.Root!, "IsTruncated") == "true") throw new InvalidOperationException("There is more in the bucket than a test looks at.");
        return [.. list.Root!.Elements().Where(e => names.Contains(e.Name.LocalName)).Select(e => (Child(e, "Key")!, Child(e, "VersionId") ?? ""))];
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string pathAndQuery, byte[]? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(Options.Endpoint, $"/{Options.Bucket}{pathAndQuery}"));
        if (body is not null) request.Content = new ByteArrayContent(body);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        S3Signer.Sign(request, Options.AccessKey, Options.SecretKey, Options.Region, Convert.ToHexStringLower(SHA256.HashData(body ?? [])), TimeProvider.System.GetUtcNow());
        return await Http.SendAsync(request);
    }

    private static string? Child(XElement element, string name) => element.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value;
}
