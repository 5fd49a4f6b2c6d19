using Hoop.Audit.Chain.Log;
using Hoop.Audit.Export;
using Hoop.Audit.Integrity;
using Hoop.Audit.Tests.Rigs;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Chain;

public sealed class KeyExchangeTests
{
    [Fact]
    public async Task What_the_key_before_signed_stays_proven()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        var events = AuditRig.Session("s1");
        await evidence.StoreAsync(events[..3]);
        await evidence.SealAsync();
        var old = evidence.Key.PublicKey;
        evidence.ExchangeKey(old);

        // Nothing is signed with the new key yet.
        (await evidence.VerifyAsync("s1", await evidence.CheckpointsAsync())).ShouldSatisfyAllConditions(r => r.Ok.ShouldBeTrue(r.Message), r => r.Events.ShouldBe(3));
        await evidence.StoreAsync(events[3..]);
        await evidence.StoreAsync(AuditRig.Session("s2"));
        await evidence.SealAsync();

        evidence.Key.PublicKey.ShouldNotBe(old);
        (await CheckAsync(evidence)).Problems.ShouldBeEmpty();
        foreach (var session in new[] { "s1", "s2" })
            (await evidence.VerifyAsync(session, await evidence.CheckpointsAsync())).ShouldSatisfyAllConditions(r => r.Ok.ShouldBeTrue(r.Message), r => r.LogSize.ShouldBe(3),
                r => r.FormerKeyFingerprints.ShouldHaveSingleItem().ShouldBe(EvidenceKey.Fingerprint(old)));
    }

    [Fact]
    public async Task A_key_that_is_not_named_as_the_one_before_is_anothers()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        await evidence.StoreAsync(AuditRig.Session("s1"));
        await evidence.SealAsync();
        evidence.ExchangeKey(formerKeys: null);

        (await CheckAsync(evidence)).Problems.ShouldHaveSingleItem().Message.ShouldContain("another key signed it");
        (await evidence.VerifyAsync("s1")).Message.ShouldBe("the tree head was changed: its signature does not match");
    }

    [Fact]
    public async Task Who_has_the_former_key_adds_nothing_any_more()
    {
        await using var evidence = await EvidenceDatabase.CreateAsync();
        await evidence.StoreAsync(AuditRig.Session("s1"));
        await evidence.SealAsync();
        var stolen = evidence.Log;
        evidence.ExchangeKey(evidence.Key.PublicKey);
        await evidence.StoreAsync(AuditRig.Session("s2"));
        await evidence.SealAsync();
        await evidence.StoreAsync(AuditRig.Session("forged"));
        (await stolen.SealAsync(CancellationToken.None)).ShouldNotBeNull();

        const string Wrong = "a former key signed it, or a smaller one was signed by the key after it";
        (await CheckAsync(evidence)).Problems.ShouldHaveSingleItem().Message.ShouldEndWith(Wrong);
        (await evidence.VerifyAsync("s2", await evidence.CheckpointsAsync())).Message.ShouldEndWith(Wrong);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("MFkw, MFkw")]
    public void A_former_key_that_is_none_is_one_clear_line(string former)
    {
        var directory = Directory.CreateTempSubdirectory("hoop-key-");
        try
        {
            Should.Throw<InvalidOperationException>(() => SigningKey.ReadOrCreate(directory.FullName, NullLogger.Instance, former)).Message.ShouldContain("which is no public key: give each as GET /api/key showed it");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static Task<IntegrityReport> CheckAsync(EvidenceDatabase evidence) =>
        new DatabaseCheck(evidence.Database, evidence.Log, evidence.Key, TimeProvider.System).RunAsync(progress: null, CancellationToken.None);
}
