using System.Net;
using Hoop.Contracts.Documents;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Masking.Tests.Documents;

public sealed class DocumentsTests
{
    private static readonly MaskDocument Ssn = new() { Name = "ssn", Targets = ["shop"], Columns = ["public.customers.ssn"], Mode = MaskMode.Partial, KeepLast = 4 };
    private static readonly MaskDocument Cards = new() { Name = "cards", Targets = ["*"], Detect = ["credit-card"] };

    /// <summary>No detector has this name: the masks do not compile.</summary>
    private static readonly MaskDocument Unusable = new() { Name = "broken", Targets = ["*"], Detect = ["no-such-detector"] };

    [Fact]
    public async Task The_masks_of_the_active_policy_are_served_and_announced()
    {
        await using var rig = await MaskingRig.StartAsync(Ssn, Cards);
        var announced = await rig.NextAnnouncedAsync();
        announced.Version.ShouldBe(1);
        var current = (await rig.CurrentAsync()).ShouldNotBeNull();
        current.Version.ShouldBe(1);
        current.Digest.ShouldBe(announced.Digest);
        current.Masks.Select(m => (m.Name, m.Mode, m.KeepLast)).ShouldBe([("ssn", MaskMode.Partial, 4), ("cards", MaskMode.Redact, 0)]);
    }

    [Fact]
    public async Task A_new_policy_version_brings_new_masks()
    {
        await using var rig = await MaskingRig.StartAsync(Ssn);
        var first = await rig.NextAnnouncedAsync();
        rig.SetPolicy(2, Cards);
        await rig.TellAsync();
        var second = await rig.NextAnnouncedAsync();
        second.Version.ShouldBe(2);
        second.Digest.ShouldNotBe(first.Digest);
        (await rig.CurrentAsync())!.Masks.Single().Name.ShouldBe("cards");
    }

    [Fact]
    public async Task A_new_policy_version_with_the_same_masks_is_a_new_version_with_the_same_digest()
    {
        await using var rig = await MaskingRig.StartAsync(Ssn);
        var first = await rig.NextAnnouncedAsync();
        rig.SetPolicy(2, Ssn);
        await rig.TellAsync();
        (await rig.NextAnnouncedAsync()).ShouldBe(new MaskingActivated(2, first.Digest));
    }

    [Fact]
    public async Task With_Policy_down_the_stored_masks_stay_in_force_over_a_restart()
    {
        await using var rig = await MaskingRig.StartAsync(Ssn);
        var first = await rig.NextAnnouncedAsync();
        rig.PolicyAnswers = false;
        await rig.StartServiceAsync();
        (await rig.NextAnnouncedAsync()).ShouldBe(first);
        (await rig.CurrentAsync())!.Masks.Single().Name.ShouldBe("ssn");
    }

    [Fact]
    public async Task Masks_that_cannot_be_applied_leave_the_ones_before_in_force()
    {
        await using var rig = await MaskingRig.StartAsync(Ssn);
        await rig.NextAnnouncedAsync();
        rig.SetPolicy(2, Unusable);
        await rig.TellAsync();
        await rig.PulledAsync(2);
        rig.SetPolicy(3, Cards);
        await rig.TellAsync();
        (await rig.NextAnnouncedAsync()).Version.ShouldBe(3);
        (await rig.CurrentAsync())!.Version.ShouldBe(3);
    }

    [Fact]
    public async Task Before_the_first_policy_there_are_no_masks()
    {
        await using var rig = await MaskingRig.StartAsync();
        (await rig.CurrentAsync()).ShouldBeNull();
        await rig.Anonymous().BecomesHealthyAsync();
    }

    [Fact]
    public async Task Only_services_pull()
    {
        await using var rig = await MaskingRig.StartAsync(Ssn);
        await rig.NextAnnouncedAsync();
        (await rig.Anonymous().GetAsync("/documents/current")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await rig.As("bea", "human").GetAsync("/documents/current")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }
}
