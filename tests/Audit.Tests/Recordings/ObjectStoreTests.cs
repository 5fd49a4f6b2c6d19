using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Hoop.Audit.Ingest;
using Hoop.Audit.Recordings;
using Hoop.Audit.Storage;
using Hoop.Audit.Tests.Rigs;
using Hoop.ServiceDefaults.ObjectStorage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Recordings;

public sealed class ObjectStoreTests(AuditRig rig)
{
    private static readonly S3Options Options = new(new Uri("https://s3.example.com"), "evidence", "eu-central-1", "key", "secret", "COMPLIANCE", 30);

    [Fact]
    public async Task Rows_move_to_the_object_store_under_lock_and_are_read_from_there()
    {
        var bucket = new Bucket();
        var contents = new ContentStore(rig.Services.GetRequiredService<AuditDatabase>(), NullLogger<ContentStore>.Instance, new S3Store(Options, new HttpClient(bucket), TimeProvider.System));
        var store = new EventStore(rig.Services.GetRequiredService<AuditDatabase>(), new EventPartitions(), contents, NullLogger<EventStore>.Instance);
        var events = AuditRig.Session(AuditRig.NewId());
        var session = events[0].SessionId;
        bucket.Down = true;
        await store.StoreAsync("s3", [.. events, .. ContentTests.Recorded(events, "[\"1\"]\n")], CancellationToken.None);
        await Should.ThrowAsync<HttpRequestException>(() => contents.MoveAsync(CancellationToken.None));
        ContentStore.Rows((await contents.ReadAsync(session, 0, CancellationToken.None))!).ShouldHaveSingleItem();

        bucket.Down = false;
        while (await contents.MoveAsync(CancellationToken.None) > 0) { }
        (await rig.ScalarAsync<bool>($"SELECT data IS NULL AND object_key IS NOT NULL FROM audit.contents WHERE session_id = '{session}'")).ShouldBeTrue();
        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.contents_waiting WHERE session_id = '{session}'")).ShouldBe(0);
        var (path, headers) = bucket.Puts.Single(p => p.Key.Contains(session, StringComparison.Ordinal));
        path.ShouldStartWith($"/evidence/recordings/2026/01/31/{session}/0-");
        headers["x-amz-object-lock-mode"].ShouldBe("COMPLIANCE");
        headers["x-amz-object-lock-retain-until-date"].ShouldEndWith("Z");
        ContentStore.Rows((await contents.ReadAsync(session, 0, CancellationToken.None))!)[0].ShouldBe(["1"]);

        // A redelivery does not bring them back, and a changed object is noticed.
        await store.StoreAsync("s3", [ContentTests.Content(session, 0, "[\"1\"]\n")], CancellationToken.None);
        (await rig.ScalarAsync<long>($"SELECT count(*) FROM audit.contents_waiting WHERE session_id = '{session}'")).ShouldBe(0);
        bucket.Objects[path][0] ^= 1;
        (await Should.ThrowAsync<InvalidDataException>(() => contents.ReadAsync(session, 0, CancellationToken.None))).Message.ShouldContain("its hash differs");
    }

    [Fact]
    public async Task Objects_leave_with_their_partition_when_their_lock_has_passed()
    {
        var bucket = new Bucket { Locked = true };
        await using var evidence = await EvidenceDatabase.CreateAsync(keepDays: 90, new S3Store(Options, new HttpClient(bucket), TimeProvider.System));
        await evidence.StoreAsync([.. AuditRig.Session("s"), ContentTests.Content("s", 0, "[\"1\"]\n")]);
        await evidence.Contents.MoveAsync(CancellationToken.None);
        await evidence.StoreAsync([ContentTests.Content("s", 1, "[\"never moved\"]\n")]);
        (await evidence.Contents.DeleteDroppedAsync(CancellationToken.None)).ShouldBe(0);
        (await evidence.DropDueAsync()).ShouldBe(["events_2026w05"]);
        (await evidence.ScalarAsync<long>("SELECT count(*) FROM audit.contents_waiting")).ShouldBe(0);

        (await evidence.Contents.DeleteDroppedAsync(CancellationToken.None)).ShouldBe(1);
        bucket.Objects.ShouldHaveSingleItem();
        (await evidence.Contents.DeleteDroppedAsync(CancellationToken.None)).ShouldBe(0);
        bucket.Locked = false;
        await evidence.ExecuteAsync("UPDATE audit.objects_to_delete SET try_at = now()");
        (await evidence.Contents.DeleteDroppedAsync(CancellationToken.None)).ShouldBe(1);
        bucket.Objects.ShouldBeEmpty();
        (await evidence.ScalarAsync<long>("SELECT count(*) FROM audit.objects_to_delete")).ShouldBe(0);
    }

    [Fact]
    public void Requests_are_signed_as_the_documentation_of_the_protocol_signs_them()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://examplebucket.s3.amazonaws.com/test.txt");
        request.Headers.TryAddWithoutValidation("Range", "bytes=0-9");
        S3Signer.Sign(request, "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1", Convert.ToHexStringLower(SHA256.HashData([])), DateTimeOffset.Parse("2013-05-24T00:00:00Z"));

        string.Join(' ', request.Headers.GetValues("Authorization")).ShouldBe(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    [Theory]
    [InlineData("http://s3.example.com", "b", "no https URL")]
    [InlineData("https://s3.example.com", "", "Bucket is missing")]
    public void A_store_that_is_not_said_right_is_one_clear_line(string endpoint, string bucket, string problem) =>
        Should.Throw<InvalidOperationException>(() => S3Options.From(new ConfigurationBuilder().AddInMemoryCollection(
            [new("S3:Endpoint", endpoint), new("S3:Bucket", bucket), new("S3:AccessKey", "a"), new("S3:SecretKey", "s")]).Build().GetSection("S3"))).Message.ShouldContain(problem);

    /// <summary>A bucket that wants what one with Object Lock wants.</summary>
    private sealed class Bucket : HttpMessageHandler
    {
        public bool Down { get; set; }
        public bool Locked { get; set; }
        public ConcurrentDictionary<string, byte[]> Objects { get; } = new();
        public ConcurrentDictionary<string, Dictionary<string, string>> Puts { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Down) throw new HttpRequestException("connection refused");
            var path = request.RequestUri!.AbsolutePath;
            string.Join(' ', request.Headers.GetValues("Authorization")).ShouldContain("/eu-central-1/s3/aws4_request");
            if (request.Method == HttpMethod.Get && request.RequestUri.Query.Contains("versions", StringComparison.Ordinal))
                return new HttpResponseMessage { Content = new StringContent($"<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{string.Concat(Objects.Keys.Select(key => $"<Version><Key>{key["/evidence/".Length..]}</Key><VersionId>v/1</VersionId></Version>"))}</ListVersionsResult>") };
            if (request.Method == HttpMethod.Delete && (Locked || request.RequestUri.Query != "?versionId=v%2F1"))
                return new HttpResponseMessage(HttpStatusCode.Forbidden) { Content = new StringContent("<Error><Code>AccessDenied</Code></Error>") };
            if (request.Method == HttpMethod.Delete)
                return new HttpResponseMessage(Objects.TryRemove(path, out _) ? HttpStatusCode.NoContent : HttpStatusCode.NotFound);
            if (request.Method == HttpMethod.Get)
                return Objects.TryGetValue(path, out var found) ? new HttpResponseMessage { Content = new ByteArrayContent(found) } : new HttpResponseMessage(HttpStatusCode.NotFound);
            var data = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            if (request.Headers.GetValues("x-amz-checksum-sha256").Single() != Convert.ToBase64String(SHA256.HashData(data))) return new HttpResponseMessage(HttpStatusCode.BadRequest);
            Objects[path] = data;
            Puts[path] = request.Headers.ToDictionary(h => h.Key, h => string.Join(',', h.Value));
            return new HttpResponseMessage(HttpStatusCode.OK);
        }
    }
}
