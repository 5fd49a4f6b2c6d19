using System.Diagnostics;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Hoop.Testing;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Saga;

public sealed class ApprovalSagaTests(SagaRig rig)
{
    [Fact]
    public async Task Approved_request_is_used_once()
    {
        var request = await rig.OpenAsync();

        var vote = await rig.Ingress.VoteAsync(Approve(request, Bea, "Ticket 12"));
        vote.ShouldBe(new VoteCounted(request.RequestId, true, "approved", "Approved.", "approved"));
        var resolved = await rig.Ingress.ResolutionAsync(request.RequestId);
        resolved.Outcome.ShouldBe(ApprovalOutcome.Approved);
        resolved.IngressId.ShouldBe("ingress-1");
        resolved.DecidedBy.ShouldBe(["bea"]);
        resolved.Reason.ShouldBe("Ticket 12");

        (await rig.Ingress.RedeemAsync(request)).Granted.ShouldBeTrue();
        var again = await rig.Ingress.RedeemAsync(request);
        again.Granted.ShouldBeFalse();
        again.Message.ShouldContain("used already");
    }

    [Fact]
    public async Task Use_is_refused_before_approval_and_to_others_than_its_Ingress_and_operation()
    {
        var request = await rig.OpenAsync();
        (await rig.Ingress.RedeemAsync(request)).Message.ShouldContain("pending, not approved");
        await rig.Ingress.VoteAsync(Approve(request, Bea));

        (await rig.Ingress.RedeemAsync(request, ingressId: "ingress-2")).Granted.ShouldBeFalse();
        (await rig.Ingress.RedeemAsync(request, boundTo: "c0c0")).Granted.ShouldBeFalse();
        (await rig.Ingress.RedeemAsync(request)).Granted.ShouldBeTrue();
    }

    [Fact]
    public async Task Denial_needs_a_reason_and_ends_it()
    {
        var request = await rig.OpenAsync(Request(needed: 2));
        await rig.Ingress.VoteAsync(Approve(request, Cleo, "fine"));

        (await rig.Ingress.VoteAsync(Deny(request, Bea, "  "))).Code.ShouldBe("reason-needed");
        (await rig.Ingress.VoteAsync(Deny(request, Bea, new string('x', 2001)))).Code.ShouldBe("reason-too-long");
        (await rig.Ingress.VoteAsync(Deny(request, Bea, "Not in working hours"))).State.ShouldBe("denied");

        var resolved = await rig.Ingress.ResolutionAsync(request.RequestId);
        resolved.Outcome.ShouldBe(ApprovalOutcome.Denied);
        resolved.DecidedBy.ShouldBe(["bea"]);
        resolved.Reason!.ShouldContain("Not in working hours");
        (await rig.Ingress.VoteAsync(Approve(request, Person("dan", "dba")))).Code.ShouldBe("already-decided");
        (await rig.Ingress.RedeemAsync(request)).Granted.ShouldBeFalse();
    }

    public static TheoryData<string, string> Voters => new()
    {
        { "own-request", "ana" }, { "not-approver", "eve" }, { "not-a-person", "agent" }, { "not-a-person", "agent-for-bea" }, { "delegation-chain", "bea" },
    };

    [Theory, MemberData(nameof(Voters))]
    public async Task Vote_is_refused_to_whoever_must_not_decide(string code, string voter)
    {
        var asker = Person("ana", "dba", "engineers") with { Actors = [Bea.Id] };
        var request = await rig.OpenAsync(Request(asker));
        Principal principal = voter switch
        {
            "ana" => asker with { Actors = [] },
            "eve" => Person("eve", "engineers"),
            "agent" => Agent with { Groups = ["dba"] },
            "agent-for-bea" => Cleo with { Actors = [Agent.Id] },
            _ => Bea,
        };

        var vote = await rig.Ingress.VoteAsync(Approve(request, principal));

        vote.Accepted.ShouldBeFalse();
        vote.Code.ShouldBe(code);
        vote.State.ShouldBe("pending");
        (await rig.DecisionsAsync(request.RequestId)).ShouldContain(d => d.Kind == "vote-refused" && d.Code == code && d.ActorName == principal.Name);
    }

    [Fact]
    public async Task Several_people_are_needed_and_each_counts_once()
    {
        var request = await rig.OpenAsync(Request(needed: 2));

        (await rig.Ingress.VoteAsync(Approve(request, Bea))).ShouldBe(
            new VoteCounted(request.RequestId, true, "counted", "Your approval counts; still missing: 1 more of dba.", "pending"));
        (await rig.Ingress.VoteAsync(Approve(request, Bea))).Code.ShouldBe("already-voted");
        (await rig.Ingress.VoteAsync(Approve(request, Cleo))).State.ShouldBe("approved");

        (await rig.Ingress.ResolutionAsync(request.RequestId)).DecidedBy.ShouldBe(["bea", "cleo"]);
    }

    [Fact]
    public async Task Votes_and_uses_at_the_same_instant_resolve_and_release_once()
    {
        for (var round = 0; round < 5; round++)
        {
            var request = await rig.OpenAsync();

            var votes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => rig.Ingress.VoteAsync(Approve(request, Person($"p{i}", "dba")))));
            votes.Count(vote => vote.Accepted).ShouldBe(1);
            votes.Where(vote => !vote.Accepted).ShouldAllBe(vote => vote.Code == "already-decided");

            var uses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => rig.Ingress.RedeemAsync(request)));
            uses.Count(use => use.Granted).ShouldBe(1);
            await rig.Ingress.ResolutionAsync(request.RequestId);
            (await rig.DecisionsAsync(request.RequestId)).Count(d => d.Kind == "resolved").ShouldBe(1);
            rig.Ingress.Resolutions(request.RequestId).Count.ShouldBe(1);
        }
    }

    [Fact]
    public async Task Redelivered_messages_change_nothing()
    {
        var request = Request(needed: 2);
        var id = Guid.NewGuid();
        await Task.WhenAll(rig.Ingress.PublishAsync(request, id), rig.Ingress.PublishAsync(request, id), rig.Ingress.PublishAsync(request));
        await rig.OpenedAsync(request.RequestId);
        var vote = Guid.NewGuid();
        await Task.WhenAll(rig.Ingress.PublishAsync(Approve(request, Bea), vote), rig.Ingress.PublishAsync(Approve(request, Bea), vote));
        await rig.Ingress.VoteAsync(Approve(request, Cleo));
        await rig.Ingress.ResolutionAsync(request.RequestId);

        // The duplicate found its id in the inbox: not even a refusal is on record.
        var decisions = await rig.DecisionsAsync(request.RequestId);
        decisions.Count(d => d.Code == "already-voted").ShouldBe(0);
        decisions.Count(d => d.Kind == "vote" && d.ActorName == "bea").ShouldBe(1);
    }

    [Fact]
    public async Task Withdrawn_request_can_no_longer_be_decided()
    {
        var request = await rig.OpenAsync();
        await rig.Ingress.PublishAsync(new ApprovalWithdrawn(request.RequestId, "cancelled", TimeProvider.System.GetUtcNow()));

        var resolved = await rig.Ingress.ResolutionAsync(request.RequestId);
        (resolved.Outcome, resolved.Reason).ShouldBe((ApprovalOutcome.Withdrawn, "cancelled"));
        (await rig.Ingress.VoteAsync(Approve(request, Bea))).ShouldSatisfyAllConditions(
            vote => vote.Code.ShouldBe("already-decided"), vote => vote.State.ShouldBe("withdrawn"));
    }

    [Fact]
    public async Task Withdrawal_that_overtakes_its_request_still_counts()
    {
        var request = Request();
        await rig.Ingress.PublishAsync(new ApprovalWithdrawn(request.RequestId, "disconnected", TimeProvider.System.GetUtcNow()));
        await rig.Ingress.PublishAsync(request);

        (await rig.Ingress.ResolutionAsync(request.RequestId)).Outcome.ShouldBe(ApprovalOutcome.Withdrawn);
    }

    [Fact]
    public async Task Expiry_resolves_within_a_second_and_later_votes_are_refused()
    {
        var request = await rig.OpenAsync(Request(expires: TimeSpan.FromSeconds(1.2)));

        var resolved = await rig.Ingress.ResolutionAsync(request.RequestId);

        resolved.Outcome.ShouldBe(ApprovalOutcome.Expired);
        (resolved.At - request.ExpiresAt).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromSeconds(1));
        (await rig.Ingress.VoteAsync(Approve(request, Bea))).ShouldSatisfyAllConditions(
            vote => vote.Code.ShouldBe("expired"), vote => vote.State.ShouldBe("expired"));
    }

    [Fact]
    public async Task Approval_that_nobody_uses_lapses_silently()
    {
        // As short as the machine lets a vote arrive in time.
        var lasts = TimeSpan.FromSeconds(1.5);
        ApprovalRequested request;
        do
        {
            request = await rig.OpenAsync(Request(expires: lasts));
            lasts *= 4;
        }
        while ((await rig.Ingress.VoteAsync(Approve(request, Bea))).Code == "expired");

        await rig.Ingress.ResolutionAsync(request.RequestId);

        await Eventually.SeenAsync(() => rig.Ingress.VoteAsync(Approve(request, Cleo)), vote => vote.State == "expired");

        (await rig.Ingress.RedeemAsync(request)).Granted.ShouldBeFalse();
        rig.Ingress.Resolutions(request.RequestId).Single().Outcome.ShouldBe(ApprovalOutcome.Approved);
    }

    [Fact]
    public async Task Unknown_request_is_refused_politely()
    {
        var request = Request();

        (await rig.Ingress.VoteAsync(Approve(request, Bea))).Code.ShouldBe("not-found");
        (await rig.Ingress.RedeemAsync(request)).Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task Vote_is_answered_quickly()
    {
        var request = await rig.OpenAsync(Request(needed: 100));
        await rig.Ingress.VoteAsync(Approve(request, Person("warm", "dba")));

        var times = new List<double>();
        for (var i = 0; i < 40; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await rig.Ingress.VoteAsync(Approve(request, Person($"v{i}", "dba")));
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        // The best of them: a wait for polling would slow each one, a busy machine only some.
        times.Min().ShouldBeLessThan(100, "the budget is 20 ms on an idle machine; this guards against a wait for polling");
        TestContext.Current.TestOutputHelper!.WriteLine($"vote round trip: median {times.Order().ElementAt(20):0.0} ms, max {times.Max():0.0} ms");
    }
}
