using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security;
using System.Security.Cryptography;
using Hoop.ServiceDefaults.ObjectStorage;
using Shouldly;

namespace Hoop.Audit.Tests.Rigs;

/// <summary>A bucket that wants what one with Object Lock wants, and keeps versions as one does.</summary>
internal sealed class FakeS3Bucket : S3Bucket
{
    private readonly Play play;

    private FakeS3Bucket(Play play)
        : base(new S3Options(new Uri("https://s3.example.com"), "evidence", "eu-central-1", "key", "secret", "COMPLIANCE", 30), play) => this.play = play;

    public static FakeS3Bucket Create() => new(new Play());

    public override Task<IReadOnlyList<(string Key, byte[] Data)>> ObjectsAsync() => Task.FromResult<IReadOnlyList<(string, byte[])>>(
        [.. play.Keys.Order(StringComparer.Ordinal).Select(key => (Key: key, play.Newest(key)?.Data)).Where(o => o.Data is not null).Select(o => (o.Key, o.Data!))]);

    public override Task<int> VersionsAsync() => Task.FromResult(play.Keys.Sum(key => play.Versions(key).Count));

    public override Task<(string? Mode, DateTimeOffset Until)> LockAsync(string key) => Task.FromResult((play.Newest(key)!.Mode, play.Newest(key)!.Until));

    public override Task ReplaceAsync(string key, byte[]? data)
    {
        play.Add(key, new Version(data, null, default));
        return Task.CompletedTask;
    }

    public override Task UnlockAsync()
    {
        play.Unlocked = true;
        return Task.CompletedTask;
    }

    /// <param name="Data">Null: a delete marker.</param>
    private sealed record Version(byte[]? Data, string? Mode, DateTimeOffset Until)
    {
        public string Id { get; } = $"v/{RandomNumberGenerator.GetHexString(12)}";
    }

    private sealed class Play : HttpMessageHandler
    {
        private readonly ConcurrentDictionary<string, List<Version>> objects = new();

        public bool Unlocked { get; set; }
        public IEnumerable<string> Keys => objects.Keys;

        public List<Version> Versions(string key) => objects.GetValueOrDefault(key) ?? [];

        public Version? Newest(string key) => Versions(key).LastOrDefault();

        public void Add(string key, Version version) => objects.GetOrAdd(key, _ => []).Add(version);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string.Join(' ', request.Headers.GetValues("Authorization")).ShouldContain("/eu-central-1/s3/aws4_request");
            var (key, query) = (Uri.UnescapeDataString(request.RequestUri!.AbsolutePath["/evidence".Length..].TrimStart('/')), request.RequestUri.Query);
            if (request.Method == HttpMethod.Put)
                return await PutAsync(key, request, cancellationToken);
            if (request.Method == HttpMethod.Delete)
                return Delete(key, Uri.UnescapeDataString(query["?versionId=".Length..]));
            if (query.Contains("versions", StringComparison.Ordinal))
                return Listed();
            return Newest(key)?.Data is { } data
                ? new HttpResponseMessage { Content = new ByteArrayContent(data) } : Refused(HttpStatusCode.NotFound, "NoSuchKey");
        }

        private async Task<HttpResponseMessage> PutAsync(string key, HttpRequestMessage request, CancellationToken cancel)
        {
            var data = await request.Content!.ReadAsByteArrayAsync(cancel);
            if (request.Headers.GetValues("x-amz-checksum-sha256").Single() != Convert.ToBase64String(SHA256.HashData(data))) return Refused(HttpStatusCode.BadRequest, "BadDigest");
            Add(key, new Version(data, Header(request, "x-amz-object-lock-mode"), Header(request, "x-amz-object-lock-retain-until-date") is { } until
                ? DateTimeOffset.ParseExact(until, "yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture) : default));
            return new HttpResponseMessage();
        }

        private HttpResponseMessage Delete(string key, string id)
        {
            if (Versions(key).Find(v => v.Id == id) is not { } version) return new HttpResponseMessage(HttpStatusCode.NotFound);
            if (!Unlocked && version.Until > TimeProvider.System.GetUtcNow()) return Refused(HttpStatusCode.Forbidden, "AccessDenied");
            Versions(key).Remove(version);
            return new HttpResponseMessage(HttpStatusCode.NoContent);
        }

        private HttpResponseMessage Listed() => new()
        {
            Content = new StringContent($"<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{string.Concat(objects.SelectMany(o => o.Value.Select(version =>
                $"<Version><Key>{SecurityElement.Escape(o.Key)}</Key><VersionId>{version.Id}</VersionId></Version>")))}</ListVersionsResult>"),
        };

        private static string? Header(HttpRequestMessage request, string name) => request.Headers.TryGetValues(name, out var values) ? values.Single() : null;

        private static HttpResponseMessage Refused(HttpStatusCode status, string code) => new(status) { Content = new StringContent($"<Error><Code>{code}</Code><Message></Message></Error>") };
    }
}
