using Hoop.ServiceDefaults.ObjectStorage;

namespace Hoop.Audit.Tests.Rigs;

/// <summary>A bucket with Object Lock that a test has for itself: one that is played here, or one of a real store.</summary>
internal abstract class S3Bucket(S3Options options, HttpMessageHandler store) : IDisposable
{
    private readonly Line line = new(store);

    /// <summary>As an operator configures it: objects are locked for a month.</summary>
    public S3Options Options { get; } = options;

    /// <summary>So many more requests arrive, then none; null: all do.</summary>
    public int? RequestsLeft { set => line.RequestsLeft = value; }

    /// <summary>The store does what such a request asks, and nobody hears of it.</summary>
    public HttpMethod? LosesAnswersOf { set => line.LosesAnswersOf = value; }

    public S3Store Store(S3Options? options = null, TimeProvider? clock = null) => new(options ?? Options, new HttpClient(line, disposeHandler: false), clock ?? TimeProvider.System);

    /// <summary>What a reader finds: names without the bucket, in order, with the newest version of each.</summary>
    public abstract Task<IReadOnlyList<(string Key, byte[] Data)>> ObjectsAsync();

    /// <summary>All that is kept, below newer versions and delete markers too.</summary>
    public abstract Task<int> VersionsAsync();

    public abstract Task<(string? Mode, DateTimeOffset Until)> LockAsync(string key);

    /// <summary>Somebody with the key to the bucket puts another object in its place; null: deletes it.</summary>
    public abstract Task ReplaceAsync(string key, byte[]? data);

    /// <summary>The time of all locks comes: at once, or in a moment.</summary>
    public abstract Task UnlockAsync();

    public void Dispose() => line.Dispose();

    private sealed class Line(HttpMessageHandler store) : DelegatingHandler(store)
    {
        public int? RequestsLeft { get; set; }
        public HttpMethod? LosesAnswersOf { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (RequestsLeft-- <= 0) throw new HttpRequestException("connection refused");
            var answer = await base.SendAsync(request, cancellationToken);
            if (request.Method != LosesAnswersOf) return answer;
            answer.Dispose();
            throw new HttpRequestException("connection reset");
        }
    }
}
