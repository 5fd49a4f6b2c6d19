using System.Security.Cryptography;
using Hoop.Audit.Recordings;
using Hoop.Audit.Tests.Rigs;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Recordings;

/// <summary>Recorded rows in an object store: in one that is played here, and with HOOP_TEST_LONG=1 in a real one.</summary>
public abstract class S3ContentTests
{
    private protected abstract Task<S3Bucket> BucketAsync(string mode = "COMPLIANCE");

    [Fact]
    public async Task Rows_move_to_the_object_store_under_lock_and_are_read_from_there()
    {
        using var bucket = await BucketAsync();
        await using var evidence = await EvidenceDatabase.CreateAsync(objects: bucket.Store());
        bucket.RequestsLeft = 0;
        await evidence.StoreAsync([.. AuditRig.Session("s"), .. ContentTests.Named(AuditRig.Session("s"), "[\"1\"]\n", "[\"2\"]\n"), ContentTests.Content("s", 0, "[\"1\"]\n")]);
        await Should.ThrowAsync<HttpRequestException>(() => evidence.Contents.MoveAsync(CancellationToken.None));
        ContentStore.Rows((await evidence.Contents.ReadAsync("s", 0, CancellationToken.None))!).ShouldHaveSingleItem();

        bucket.RequestsLeft = null;
        (await evidence.Contents.MoveAsync(CancellationToken.None)).ShouldBe(1);
        (await evidence.Contents.MoveAsync(CancellationToken.None)).ShouldBe(0);
        (await evidence.ScalarAsync<bool>("SELECT data IS NULL AND object_key IS NOT NULL FROM audit.contents")).ShouldBeTrue();
        (await evidence.ScalarAsync<long>("SELECT count(*) FROM audit.contents_waiting")).ShouldBe(0);
        var key = (await bucket.ObjectsAsync()).ShouldHaveSingleItem().Key;
        key.ShouldStartWith("recordings/2026/01/31/s/0-");
        var (mode, until) = await bucket.LockAsync(key);
        mode.ShouldBe("COMPLIANCE");
        until.ShouldBe(TimeProvider.System.GetUtcNow().AddDays(30), TimeSpan.FromMinutes(2));
        ContentStore.Rows((await evidence.Contents.ReadAsync("s", 0, CancellationToken.None))!)[0].ShouldBe(["1"]);

        // A redelivery does not bring them back, and whoever puts another object in its place, or deletes it, is noticed.
        await evidence.StoreAsync([ContentTests.Content("s", 0, "[\"1\"]\n")]);
        (await evidence.ScalarAsync<long>("SELECT count(*) FROM audit.contents_waiting")).ShouldBe(0);
        await bucket.ReplaceAsync(key, [1, 2, 3]);
        (await Should.ThrowAsync<InvalidDataException>(() => evidence.Contents.ReadAsync("s", 0, CancellationToken.None))).Message.ShouldContain("its hash differs");
        await bucket.ReplaceAsync(key, null);
        (await Should.ThrowAsync<InvalidDataException>(() => evidence.Contents.ReadAsync("s", 0, CancellationToken.None))).Message.ShouldContain("missing from the object store");
    }

    [Fact]
    public async Task Rows_that_moved_before_the_store_failed_are_not_moved_again()
    {
        using var bucket = await BucketAsync();
        await using var evidence = await EvidenceDatabase.CreateAsync(objects: bucket.Store());
        await evidence.StoreAsync([.. AuditRig.Session("s"), .. ContentTests.Named(AuditRig.Session("s"), "[\"0\"]\n", "[\"1\"]\n", "[\"2\"]\n"), .. Enumerable.Range(0, 3).Select(i => ContentTests.Content("s", i, $"[\"{i}\"]\n"))]);

        bucket.RequestsLeft = 2;
        (await Should.ThrowAsync<HttpRequestException>(() => evidence.Contents.MoveAsync(CancellationToken.None))).Message.ShouldBe("connection refused");
        (await evidence.ScalarAsync<long>("SELECT count(*) FROM audit.contents_waiting")).ShouldBe(1);
        await Should.ThrowAsync<HttpRequestException>(() => evidence.Contents.MoveAsync(CancellationToken.None));
        bucket.RequestsLeft = null;
        (await evidence.Contents.MoveAsync(CancellationToken.None)).ShouldBe(1);

        (await bucket.VersionsAsync()).ShouldBe(3);
        for (var i = 0; i < 3; i++)
            ContentStore.Rows((await evidence.Contents.ReadAsync("s", i, CancellationToken.None))!)[0].ShouldBe([$"{i}"]);
    }

    [Fact]
    public async Task Objects_leave_with_their_partition_when_their_lock_has_passed()
    {
        using var bucket = await BucketAsync("GOVERNANCE");
        await using var evidence = await EvidenceDatabase.CreateAsync(keepDays: 90, bucket.Store());
        await evidence.StoreAsync([.. AuditRig.Session("s"), .. ContentTests.Named(AuditRig.Session("s"), "[\"1\"]\n", "[\"2\"]\n"), ContentTests.Content("s", 0, "[\"1\"]\n")]);
        await evidence.Contents.MoveAsync(CancellationToken.None);
        await evidence.StoreAsync([ContentTests.Content("s", 1, "[\"never moved\"]\n")]);
        (await evidence.Contents.DeleteDroppedAsync(CancellationToken.None)).ShouldBe(0);
        (await evidence.DropDueAsync()).ShouldBe(["events_2026w05"]);
        (await evidence.ScalarAsync<long>("SELECT count(*) FROM audit.contents_waiting")).ShouldBe(0);

        (await evidence.Contents.DeleteDroppedAsync(CancellationToken.None)).ShouldBe(1);
        (await bucket.ObjectsAsync()).ShouldHaveSingleItem();
        (await evidence.Contents.DeleteDroppedAsync(CancellationToken.None)).ShouldBe(0);
        // What others put over it goes with it.
        await bucket.ReplaceAsync((await bucket.ObjectsAsync())[0].Key, null);
        await bucket.UnlockAsync();
        await Eventually.TrueAsync(async () =>
        {
            await evidence.ExecuteAsync("UPDATE audit.objects_to_delete SET try_at = now()");
            await evidence.Contents.DeleteDroppedAsync(CancellationToken.None);
            return await evidence.ScalarAsync<long>("SELECT count(*) FROM audit.objects_to_delete") == 0;
        });
        (await bucket.VersionsAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData("recordings/2026/01/31/s/0-00.br", 32 * 1024 * 1024)]
    [InlineData("checkpoints/Hoop (prod)/é & ü + ~!'*$=@,;:/0%41.jsonl", 1)]
    [InlineData("empty", 0)]
    public async Task An_object_of_any_size_and_name_is_put_got_and_deleted(string key, int bytes)
    {
        using var bucket = await BucketAsync("GOVERNANCE");
        var (store, data) = (bucket.Store(bucket.Options with { LockMode = null }), RandomNumberGenerator.GetBytes(bytes));
        (await store.GetAsync(key, CancellationToken.None)).ShouldBeNull();
        await store.DeleteAsync(key, CancellationToken.None);

        await store.PutAsync(key, data, "application/x-brotli", CancellationToken.None);
        (await store.GetAsync(key, CancellationToken.None))!.AsSpan().SequenceEqual(data).ShouldBeTrue();
        await store.DeleteAsync(key, CancellationToken.None);
        (await store.GetAsync(key, CancellationToken.None)).ShouldBeNull();
        (await bucket.VersionsAsync()).ShouldBe(0);
    }
}

public sealed class FakeS3ContentTests : S3ContentTests
{
    private protected override Task<S3Bucket> BucketAsync(string mode = "COMPLIANCE") => Task.FromResult<S3Bucket>(FakeS3Bucket.Create());
}

public sealed class RealS3ContentTests : S3ContentTests
{
    private protected override async Task<S3Bucket> BucketAsync(string mode = "COMPLIANCE") => await RealS3Bucket.CreateAsync(mode);

    [Fact]
    public async Task Every_version_of_an_object_is_deleted_however_many_there_are()
    {
        using var bucket = await RealS3Bucket.CreateAsync("GOVERNANCE");
        var store = bucket.Store(bucket.Options with { LockMode = null });
        for (var i = 0; i < 1001; i++)
            await store.PutAsync("many", [(byte)i], "text/plain", CancellationToken.None);
        await store.PutAsync("many-more", [1], "text/plain", CancellationToken.None);

        await store.DeleteAsync("many", CancellationToken.None);
        (await bucket.VersionsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task The_rights_that_the_documentation_asks_for_are_enough()
    {
        using var bucket = await RealS3Bucket.CreateAsync("GOVERNANCE");
        var options = await bucket.GrantAsync("s3:PutObject", "s3:PutObjectRetention", "s3:GetObject", "s3:ListBucket", "s3:ListBucketVersions", "s3:DeleteObjectVersion");
        await bucket.Store(options).PutAsync("locked", [1], "text/plain", CancellationToken.None);
        await bucket.Store(options with { LockMode = null }).PutAsync("free", [2], "text/plain", CancellationToken.None);

        (await bucket.Store(options).GetAsync("locked", CancellationToken.None)).ShouldBe([1]);
        (await bucket.Store(options).GetAsync("missing", CancellationToken.None)).ShouldBeNull();
        await bucket.Store(options).DeleteAsync("free", CancellationToken.None);
        (await Should.ThrowAsync<HttpRequestException>(() => bucket.Store(options).DeleteAsync("locked", CancellationToken.None))).Message.ShouldContain("forbidden by object lock");
        (await bucket.VersionsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Rows_wait_while_the_store_refuses_them_and_those_that_it_has_are_not_called_missing()
    {
        using var bucket = await RealS3Bucket.CreateAsync("COMPLIANCE");
        await using var evidence = await EvidenceDatabase.CreateAsync(objects: bucket.Store());
        await evidence.StoreAsync([.. AuditRig.Session("s"), .. ContentTests.Named(AuditRig.Session("s"), "[\"1\"]\n", "[\"2\"]\n"), ContentTests.Content("s", 0, "[\"1\"]\n")]);
        await evidence.Contents.MoveAsync(CancellationToken.None);
        await evidence.StoreAsync([ContentTests.Content("s", 1, "[\"2\"]\n")]);

        foreach (var wrong in new[] { bucket.Options with { SecretKey = "another" }, bucket.Options with { Bucket = "nobody-made-it" } })
        {
            var contents = evidence.ContentsIn(bucket.Store(wrong));
            await Should.ThrowAsync<HttpRequestException>(() => contents.MoveAsync(CancellationToken.None));
            (await Should.ThrowAsync<HttpRequestException>(() => contents.ReadAsync("s", 0, CancellationToken.None))).Message.ShouldStartWith("the object store refused recordings/2026/01/31/s/0-");
            ContentStore.Rows((await contents.ReadAsync("s", 1, CancellationToken.None))!)[0].ShouldBe(["2"]);
        }

        (await evidence.Contents.MoveAsync(CancellationToken.None)).ShouldBe(1);
        ContentStore.Rows((await evidence.Contents.ReadAsync("s", 1, CancellationToken.None))!)[0].ShouldBe(["2"]);
    }
}
