using System.Security.Cryptography;
using System.Text;
using Hoop.Audit.Chain.Bundles;
using Hoop.Contracts.Audit;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Chain.Tests.Bundles;

/// <summary>Lines of the export: 0 is the header, 1 to 5 are events 0 to 4, 6 is the trailer.</summary>
public class BundleVerifierTests
{
    [Fact]
    public async Task An_untouched_export_is_intact()
    {
        var result = await BundleRig.VerifyAsync(await BundleRig.ExportAsync());

        result.ShouldSatisfyAllConditions(
            () => result.Ok.ShouldBeTrue(result.Message),
            () => result.Session.ShouldBe("s1"),
            () => result.PolicyVersion.ShouldBe(3),
            () => result.Events.ShouldBe(5),
            () => result.Ended.ShouldBeTrue(),
            () => result.KeyFingerprint.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(BundleRig.Key.ExportSubjectPublicKeyInfo()))));
    }

    [Fact]
    public async Task A_session_still_running_is_intact_and_not_ended()
    {
        var result = await BundleRig.VerifyAsync(await BundleRig.ExportAsync(BundleRig.Session().Take(2)));

        result.Ok.ShouldBeTrue(result.Message);
        result.Ended.ShouldBeFalse();
    }

    [Fact]
    public async Task A_changed_event_is_named_with_its_kind_and_time()
    {
        var result = await BundleRig.VerifyLinesAsync(lines => lines.Select(l => l.Replace("drop table t", "drop table u")));

        result.Ok.ShouldBeFalse();
        result.Sequence.ShouldBe(3);
        result.Message.ShouldBe("event 3 (operation.decided at 2026-01-31T12:00:03.000000Z) was changed: its hash does not match its content");
    }

    [Fact]
    public async Task A_blank_that_means_nothing_is_found()
    {
        var result = await BundleRig.VerifyLinesAsync(lines => lines.Select((l, i) => i == 3 ? l.Replace("{\"sequence\":2", "{ \"sequence\":2") : l));

        result.Sequence.ShouldBe(2);
        result.Message.ShouldContain("was changed");
    }

    [Fact]
    public async Task A_removed_event_is_named()
    {
        var result = await BundleRig.VerifyLinesAsync(lines => lines.Where((_, i) => i != 3));

        result.Sequence.ShouldBe(2);
        result.Message.ShouldStartWith("event 2 was removed: event 3 (operation.decided");
    }

    [Fact]
    public async Task Several_removed_events_are_named()
    {
        var result = await BundleRig.VerifyLinesAsync(lines => lines.Where((_, i) => i is not (2 or 3)));

        result.Message.ShouldStartWith("events 1 to 2 were removed");
    }

    [Fact]
    public async Task Events_cut_off_the_end_are_named()
    {
        var result = await BundleRig.VerifyLinesAsync(lines => lines.Where((_, i) => i is not (4 or 5)));

        result.Sequence.ShouldBe(3);
        result.Message.ShouldStartWith("events 3 to 4 were removed from the end");
    }

    [Fact]
    public async Task A_reordered_event_is_named()
    {
        var result = await BundleRig.VerifyLinesAsync(l => [l[0], l[1], l[3], l[2], l[4], l[5], l[6]]);

        result.Sequence.ShouldBe(1);
        result.Message.ShouldContain("event 1 (operation.decided");
        result.Message.ShouldContain("was moved: it stands in line 4, after event 2");
    }

    [Fact]
    public async Task An_event_put_in_twice_is_named()
    {
        var result = await BundleRig.VerifyLinesAsync(l => [l[0], l[1], l[2], l[2], .. l[3..]]);

        result.Sequence.ShouldBe(1);
        result.Message.ShouldContain("was added");
    }

    [Fact]
    public async Task A_forged_event_that_matches_its_own_hash_is_found()
    {
        var forged = new SessionChain("s1", 3, BundleRig.Session()[2].Hash).Append(EventKinds.OperationDecided, """{"operation":2,"outcome":"allow"}""", DateTimeOffset.UnixEpoch);
        var line = Encoding.UTF8.GetString(BundleFormat.Write(new BundleEvent(3, forged.At, forged.Kind, Encoding.UTF8.GetBytes(forged.Payload), forged.PreviousHash, forged.Hash)));
        var result = await BundleRig.VerifyLinesAsync(l => [l[0], l[1], l[2], l[3], line, l[5], l[6]]);

        result.Sequence.ShouldBe(4);
        result.Message.ShouldContain("does not follow event 3: one of the two was replaced");
    }

    [Fact]
    public async Task A_chain_rebuilt_to_its_end_is_found_by_the_signed_head()
    {
        var mine = Encoding.UTF8.GetString(await BundleRig.ExportAsync(BundleRig.Session(text: "select 1"))).Split('\n');
        var result = await BundleRig.VerifyLinesAsync(l => [l[0], .. mine[1..6], l[6]]);

        result.Ok.ShouldBeFalse();
        result.Message.ShouldStartWith("events were rewritten");
    }

    [Fact]
    public async Task An_export_signed_with_another_key_is_found_when_the_key_is_known()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var bundle = await BundleRig.ExportAsync(key: other);

        (await BundleRig.VerifyAsync(bundle)).Ok.ShouldBeTrue();
        var result = await BundleRig.VerifyAsync(bundle, Convert.ToBase64String(BundleRig.Key.ExportSubjectPublicKeyInfo()));
        result.Ok.ShouldBeFalse();
        result.Message.ShouldStartWith("the header names another key");
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello\n")]
    [InlineData("{\"format\":\"hoop-evidence\",\"version\":2}\n")]
    [InlineData("\n\n\n")]
    public async Task A_file_that_is_no_export_is_refused_in_one_line(string text)
    {
        var result = await BundleRig.VerifyAsync(Encoding.UTF8.GetBytes(text));

        result.Ok.ShouldBeFalse();
        result.Message.ShouldContain("header");
        result.Message.ShouldNotContain("\n");
    }

    [Fact]
    public async Task A_payload_that_is_not_one_object_is_not_exported()
    {
        var broken = new SessionChain("s1").Append("k", "{\n}", DateTimeOffset.UnixEpoch);

        await Should.ThrowAsync<InvalidDataException>(() => BundleRig.ExportAsync([broken]));
    }
}
