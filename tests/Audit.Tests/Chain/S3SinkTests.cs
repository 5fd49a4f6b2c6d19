using System.Net;
using Hoop.Audit.Chain.Log;
using Hoop.Audit.Chain.Sinks;
using Hoop.Audit.Tests.Rigs;
using Hoop.ServiceDefaults.ObjectStorage;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Chain;

/// <summary>Signed tree heads in a bucket with Object Lock: in one that is played here, and with HOOP_TEST_LONG=1 in a real one.</summary>
public abstract class S3SinkTests
{
    private protected abstract Task<S3Bucket> BucketAsync();

    [Fact]
    public async Task A_bucket_has_one_locked_object_a_checkpoint_and_never_another_in_its_place()
    {
        using var bucket = await BucketAsync();
        var sink = Sink(bucket);
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var delivery = new CheckpointDelivery(evidence.Log, evidence.Database);
        await evidence.SealSessionsAsync(2);
        await DeliverAllAsync(delivery, sink);

        var objects = await bucket.ObjectsAsync();
        objects.Select(o => o.Key).ShouldBe(["checkpoints/hoop/0000000000000001.jsonl", "checkpoints/hoop/0000000000000002.jsonl"]);
        foreach (var (key, _) in objects)
            (await bucket.LockAsync(key)).ShouldSatisfyAllConditions(l => l.Mode.ShouldBe("COMPLIANCE"), l => l.Until.ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().AddDays(29)));
        await using var kept = new MemoryStream([.. objects.SelectMany(o => o.Data)]);
        var (log, problem) = await CheckpointLog.ReadAsync(kept, new KeyRing(evidence.Key.PublicKey));
        problem.ShouldBeNull();
        log!.Size.ShouldBe(2);

        // Its place was lost, and another log would go under the same names.
        await evidence.ExecuteAsync("DELETE FROM audit.sink_positions");
        (await delivery.DeliverNextAsync(sink, CancellationToken.None)).ShouldBeTrue();
        await using var another = await EvidenceDatabase.CreateAsync();
        await another.SealSessionsAsync(1);
        (await Should.ThrowAsync<HttpRequestException>(() => new CheckpointDelivery(another.Log, another.Database).DeliverNextAsync(sink, CancellationToken.None))).Message.ShouldContain("is not overwritten");
        (await bucket.VersionsAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task After_a_failure_every_checkpoint_is_there_once()
    {
        using var bucket = await BucketAsync();
        var sink = Sink(bucket);
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var delivery = new CheckpointDelivery(evidence.Log, evidence.Database);
        await evidence.SealSessionsAsync(3);
        // One looks and one puts: the second checkpoint gets no further than its look.
        bucket.RequestsLeft = 3;
        await Should.ThrowAsync<HttpRequestException>(() => DeliverAllAsync(delivery, sink));
        (await delivery.StateAsync(sink, CancellationToken.None)).Behind.ShouldBe(2);

        bucket.RequestsLeft = null;
        await PutWithoutAnswerAsync(bucket, delivery, sink);
        (await delivery.StateAsync(sink, CancellationToken.None)).Behind.ShouldBe(2);
        (await bucket.ObjectsAsync()).Count.ShouldBe(2);
        await DeliverAllAsync(delivery, sink);
        (await delivery.StateAsync(sink, CancellationToken.None)).Behind.ShouldBe(0);
        (await bucket.VersionsAsync()).ShouldBe(3);
    }

    /// <summary>The look is answered, and the put is not.</summary>
    private static async Task PutWithoutAnswerAsync(S3Bucket bucket, CheckpointDelivery delivery, S3Sink sink)
    {
        bucket.LosesAnswersOf = HttpMethod.Put;
        (await Should.ThrowAsync<HttpRequestException>(() => delivery.DeliverNextAsync(sink, CancellationToken.None))).Message.ShouldBe("connection reset");
        bucket.LosesAnswersOf = null;
    }

    private protected static async Task DeliverAllAsync(CheckpointDelivery delivery, S3Sink sink)
    {
        while (await delivery.DeliverNextAsync(sink, CancellationToken.None))
        {
        }
    }

    private protected static S3Sink Sink(S3Bucket bucket, S3Options? options = null, TimeProvider? clock = null) => new(options ?? bucket.Options, bucket.Store(options, clock));
}

public sealed class FakeS3SinkTests : S3SinkTests
{
    private protected override Task<S3Bucket> BucketAsync() => Task.FromResult<S3Bucket>(FakeS3Bucket.Create());
}

public sealed class RealS3SinkTests : S3SinkTests
{
    private protected override async Task<S3Bucket> BucketAsync() => await RealS3Bucket.CreateAsync("COMPLIANCE");

    [Fact]
    public async Task What_is_locked_stays_whoever_deletes_it_overwrites_it_or_shortens_its_lock()
    {
        using var bucket = await RealS3Bucket.CreateAsync("COMPLIANCE");
        var sink = Sink(bucket);
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var delivery = new CheckpointDelivery(evidence.Log, evidence.Database);
        await evidence.SealSessionsAsync(1);
        await DeliverAllAsync(delivery, sink);
        var (key, data) = (await bucket.ObjectsAsync()).ShouldHaveSingleItem();
        var version = (await bucket.VersionsAsync(key)).ShouldHaveSingleItem();

        (await bucket.DeleteVersionAsync(key, version)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await bucket.RetainAsync(key, version, "COMPLIANCE", TimeProvider.System.GetUtcNow().AddDays(1))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await bucket.RetainAsync(key, version, "GOVERNANCE", TimeProvider.System.GetUtcNow().AddDays(40))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await Should.ThrowAsync<HttpRequestException>(() => bucket.Store().DeleteAsync(key, CancellationToken.None))).Message
            .ShouldBe($"the object store refused {key} with HTTP 403: AccessDenied: forbidden by object lock");

        // A newer version or a delete marker goes over it. It is still there, and a sink that comes by again says so, or puts it once more.
        await bucket.ReplaceAsync(key, [1]);
        await evidence.ExecuteAsync("DELETE FROM audit.sink_positions");
        (await Should.ThrowAsync<HttpRequestException>(() => delivery.DeliverNextAsync(sink, CancellationToken.None))).Message.ShouldContain("is not overwritten");
        (await bucket.ReadVersionAsync(key, version)).ShouldBe(data);
        await bucket.ReplaceAsync(key, null);
        await DeliverAllAsync(delivery, sink);
        (await bucket.ObjectsAsync()).ShouldHaveSingleItem().Data.ShouldBe(data);
        (await bucket.ReadVersionAsync(key, version)).ShouldBe(data);
    }

    [Theory]
    [InlineData("secret", "HTTP 403: SignatureDoesNotMatch: the secret key or the region is not the store's")]
    [InlineData("key", "HTTP 403: InvalidAccessKeyId: the store does not know the access key")]
    [InlineData("bucket", "HTTP 404: NoSuchBucket: there is no such bucket")]
    [InlineData("clock", "HTTP 403: RequestTimeTooSkewed: this machine's clock and the store's differ too much")]
    [InlineData("clock behind", "HTTP 403: RequestTimeTooSkewed: this machine's clock and the store's differ too much")]
    public async Task What_is_wrong_is_one_clear_line_and_once_it_is_right_nothing_is_missing(string wrong, string said)
    {
        using var bucket = await RealS3Bucket.CreateAsync("COMPLIANCE");
        var options = wrong switch
        {
            "secret" => bucket.Options with { SecretKey = "another" },
            "key" => bucket.Options with { AccessKey = "another" },
            "bucket" => bucket.Options with { Bucket = "nobody-made-it" },
            _ => bucket.Options,
        };
        var off = wrong switch { "clock" => TimeSpan.FromMinutes(20), "clock behind" => TimeSpan.FromMinutes(-20), _ => TimeSpan.Zero };
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var delivery = new CheckpointDelivery(evidence.Log, evidence.Database);
        await evidence.SealSessionsAsync(1);

        var sink = Sink(bucket, options, new ManualClock(TimeProvider.System.GetUtcNow() + off));
        (await Should.ThrowAsync<HttpRequestException>(() => delivery.DeliverNextAsync(sink, CancellationToken.None))).Message
            .ShouldBe($"the object store refused checkpoints/hoop/0000000000000001.jsonl with {said}");
        (await delivery.StateAsync(sink, CancellationToken.None)).Behind.ShouldBe(1);
        await DeliverAllAsync(delivery, Sink(bucket));
        (await bucket.ObjectsAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_rights_that_the_documentation_asks_for_are_enough()
    {
        using var bucket = await RealS3Bucket.CreateAsync("COMPLIANCE");
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var delivery = new CheckpointDelivery(evidence.Log, evidence.Database);
        await evidence.SealSessionsAsync(2);

        var blind = await bucket.GrantAsync("s3:PutObject", "s3:PutObjectRetention", "s3:GetObject");
        (await Should.ThrowAsync<HttpRequestException>(() => delivery.DeliverNextAsync(Sink(bucket, blind), CancellationToken.None))).Message.ShouldContain("without s3:ListBucket");
        await DeliverAllAsync(delivery, Sink(bucket, await bucket.GrantAsync("s3:PutObject", "s3:PutObjectRetention", "s3:GetObject", "s3:ListBucket")));
        (await bucket.VersionsAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task A_bucket_without_object_lock_takes_nothing_that_should_be_locked_and_the_line_says_why()
    {
        using var bucket = await RealS3Bucket.CreateAsync(mode: null);
        await using var evidence = await EvidenceDatabase.CreateAsync();
        await evidence.SealSessionsAsync(1);

        (await Should.ThrowAsync<HttpRequestException>(() => new CheckpointDelivery(evidence.Log, evidence.Database).DeliverNextAsync(Sink(bucket), CancellationToken.None))).Message.ShouldBe(
            "the object store refused checkpoints/hoop/0000000000000001.jsonl with HTTP 400: InvalidRequest: the bucket may have no Object Lock, which is enabled when a bucket is made");
        (await bucket.ObjectsAsync()).ShouldBeEmpty();
    }
}
