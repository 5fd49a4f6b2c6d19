using Hoop.Approval.Grants;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Testing;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Grants;

/// <summary>An approval whose client or Ingress was lost is used by the same operation asked again: once.</summary>
public sealed class TakeOverTests(SagaRig rig)
{
    private static ApprovalRequested Retry(ApprovalRequested request, string ingress = "ingress-2") =>
        request with { RequestId = Guid.NewGuid(), SessionId = "s-retry", IngressId = ingress };

    private async Task<ApprovalRequested> LostAsync(string cause)
    {
        var request = await rig.OpenAsync();
        (await rig.Ingress.VoteAsync(Approve(request, Bea, "Ticket 12"))).Code.ShouldBe("approved");
        await rig.Ingress.PublishAsync(new ApprovalWithdrawn(request.RequestId, cause, TimeProvider.System.GetUtcNow()));
        await Eventually.SeenAsync(() => rig.DecisionsAsync(request.RequestId), all => all.Any(d => d.Kind is "client-lost" or "lapsed"));
        return request;
    }

    [Theory, InlineData("disconnected"), InlineData("crash"), InlineData("shutdown")]
    public async Task A_lost_client_s_approval_goes_to_its_identical_retry(string cause)
    {
        var request = await LostAsync(cause);
        var retry = Retry(request);
        await rig.Ingress.PublishAsync(retry);

        var resolved = await rig.Ingress.ResolutionAsync(retry.RequestId);
        (resolved.Outcome, resolved.IngressId, resolved.Reason).ShouldBe((ApprovalOutcome.Approved, "ingress-2", "Ticket 12"));
        resolved.DecidedBy.ShouldBe(["bea"]);
        (await rig.Ingress.RedeemAsync(request)).Message.ShouldContain("used already");
        (await rig.Ingress.RedeemAsync(retry)).Granted.ShouldBeTrue();
        (await rig.Ingress.RedeemAsync(retry)).Granted.ShouldBeFalse();
    }

    [Theory, InlineData("cancelled"), InlineData("policy changed")]
    public async Task Who_changed_their_mind_has_to_ask_again(string cause)
    {
        var retry = await rig.OpenAsync(Retry(await LostAsync(cause)));

        rig.Ingress.Resolutions(retry.RequestId).ShouldBeEmpty();
        (await rig.Ingress.VoteAsync(Approve(retry, Bea))).Code.ShouldBe("approved");
    }

    [Fact]
    public async Task Another_operation_or_another_principal_gets_nothing()
    {
        var request = await LostAsync("crash");
        var other = await rig.OpenAsync(Retry(request) with { BoundTo = "another" });
        var stranger = await rig.OpenAsync(Retry(request) with { Requester = Agent with { Subject = "other-agent" } });

        rig.Ingress.Resolutions(other.RequestId).ShouldBeEmpty();
        rig.Ingress.Resolutions(stranger.RequestId).ShouldBeEmpty();
    }

    [Fact]
    public async Task Identical_retries_at_once_on_two_Ingresses_use_it_once()
    {
        for (var round = 0; round < 3; round++)
        {
            var request = await LostAsync("crash");
            var retries = Enumerable.Range(0, 6).Select(i => Retry(request, $"ingress-{i % 2 + 2}")).ToList();

            await Task.WhenAll(retries.Select(retry => rig.Ingress.PublishAsync(retry)));
            await Task.WhenAll(retries.Select(retry => rig.OpenedAsync(retry.RequestId)));
            var uses = await Task.WhenAll(retries.Append(request).SelectMany(any => new[] { any, any }).Select(any => rig.Ingress.RedeemAsync(any)));

            uses.Count(use => use.Granted).ShouldBe(1);
            var record = await Task.WhenAll(retries.Append(request).Select(any => rig.DecisionsAsync(any.RequestId)));
            record.SelectMany(all => all).Count(d => d.Kind == "used").ShouldBe(1);
            record.SelectMany(all => all).Count(d => d.Kind == "taken-over").ShouldBe(1);
        }
    }

    [Fact]
    public async Task An_Ingress_that_died_silently_is_given_a_moment_then_its_approval_may_be_taken()
    {
        var request = await rig.OpenAsync();
        await rig.Ingress.VoteAsync(Approve(request, Bea));
        var early = await rig.OpenAsync(Retry(request));
        rig.Ingress.Resolutions(early.RequestId).ShouldBeEmpty();

        await Eventually.SeenAsync(async () =>
        {
            var retry = await rig.OpenAsync(Retry(request));
            return rig.Ingress.Resolutions(retry.RequestId).Count > 0 || (await rig.DecisionsAsync(retry.RequestId)).Any(d => d.Kind == "taken-over");
        }, taken => taken, seconds: (int)GrantVerbs.Grace.TotalSeconds + 15);
    }

    [Fact]
    public async Task A_retry_that_is_lost_too_leaves_the_approval_to_the_next()
    {
        var first = await LostAsync("disconnected");
        var second = Retry(first);
        await rig.Ingress.PublishAsync(second);
        await rig.Ingress.ResolutionAsync(second.RequestId);
        await rig.Ingress.PublishAsync(new ApprovalWithdrawn(second.RequestId, "crash", TimeProvider.System.GetUtcNow()));
        await Eventually.SeenAsync(() => rig.DecisionsAsync(second.RequestId), all => all.Any(d => d.Kind == "client-lost"));

        var third = Retry(first, "ingress-3");
        await rig.Ingress.PublishAsync(third);

        (await rig.Ingress.ResolutionAsync(third.RequestId)).Outcome.ShouldBe(ApprovalOutcome.Approved);
        (await rig.Ingress.RedeemAsync(third)).Granted.ShouldBeTrue();
    }
}
