using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Saga;

/// <summary>What whoever asked may still do.</summary>
public sealed class RequesterTests(SagaRig rig)
{
    [Fact]
    public async Task Requester_withdraws_and_the_client_is_told_by_whom_and_why()
    {
        var request = await rig.OpenAsync(Request(Ana));

        var answer = await rig.Ingress.AskAsync(new WithdrawRequest(request.RequestId, Ana, " wrong order "));

        (answer.Accepted, answer.Code, answer.State).ShouldBe((true, "withdrawn", "withdrawn"));
        var told = await rig.Ingress.ResolutionAsync(request.RequestId);
        (told.Outcome, told.Reason).ShouldBe((ApprovalOutcome.Withdrawn, "withdrawn by ana: wrong order"));
        (await rig.Ingress.VoteAsync(Approve(request, Bea))).Code.ShouldBe("already-decided");
        (await rig.DecisionsAsync(request.RequestId)).ShouldContain(new DecisionRow("withdrawal", "withdrawn", "ana"));
    }

    [Fact]
    public async Task Nobody_else_withdraws_or_explains()
    {
        var request = await rig.OpenAsync(Request(Ana));

        foreach (var other in new[] { Bea, Agent, Ana with { Issuer = "https://other.test" } })
        {
            (await rig.Ingress.AskAsync(new WithdrawRequest(request.RequestId, other, null))).Code.ShouldBe("not-requester");
            (await rig.Ingress.AskAsync(new ExplainRequest(request.RequestId, other, "please"))).Code.ShouldBe("not-requester");
        }
        (await rig.Ingress.AskAsync(new WithdrawRequest(Guid.NewGuid(), Ana, null))).Code.ShouldBe("not-found");
        (await rig.Ingress.AskAsync(new ExplainRequest(Guid.NewGuid(), Ana, "please"))).Code.ShouldBe("not-found");
        (await rig.Ingress.VoteAsync(Approve(request, Bea))).Code.ShouldBe("approved");
    }

    [Fact]
    public async Task An_explanation_has_bounds_and_comes_before_the_decision()
    {
        var request = await rig.OpenAsync(Request(Ana));

        (await rig.Ingress.AskAsync(new ExplainRequest(request.RequestId, Ana, " "))).Code.ShouldBe("reason-needed");
        (await rig.Ingress.AskAsync(new ExplainRequest(request.RequestId, Ana, new string('x', 1_000_000)))).Code.ShouldBe("reason-too-long");
        (await rig.Ingress.AskAsync(new ExplainRequest(request.RequestId, Ana, "ticket 512"))).Code.ShouldBe("added");
        (await rig.Ingress.AskAsync(new WithdrawRequest(request.RequestId, Ana, new string('x', 1_000_000)))).Code.ShouldBe("reason-too-long");
        await rig.Ingress.VoteAsync(Deny(request, Bea, "no"));
        (await rig.Ingress.AskAsync(new ExplainRequest(request.RequestId, Ana, "but"))).Code.ShouldBe("already-decided");
        (await rig.Ingress.AskAsync(new WithdrawRequest(request.RequestId, Ana, null))).Code.ShouldBe("already-decided");

        (await rig.DecisionsAsync(request.RequestId)).Where(d => d.Kind.StartsWith("explanation", StringComparison.Ordinal)).Select(d => d.Code)
            .ShouldBe(["reason-needed", "reason-too-long", "added", "already-decided"]);
    }

    [Fact]
    public async Task Of_approving_and_withdrawing_at_once_one_counts()
    {
        var request = await rig.OpenAsync(Request(Ana));

        var vote = rig.Ingress.VoteAsync(Approve(request, Bea));
        var withdrawal = rig.Ingress.AskAsync(new WithdrawRequest(request.RequestId, Ana, null));

        ((await vote).Accepted ^ (await withdrawal).Accepted).ShouldBeTrue();
        (await rig.Ingress.RedeemAsync(request)).Granted.ShouldBe((await vote).Accepted);
    }
}
