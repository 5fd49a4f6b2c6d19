using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Saga;

public sealed class RequirementsSagaTests(SagaRig rig)
{
    private static readonly Principal Sam = Person("sam", "security");

    [Fact]
    public async Task Every_rule_that_asks_must_be_met()
    {
        var request = await OpenAsync([Needs(1), Needs(1, "security", "prod-change")]);

        (await VoteAsync(request, Bea)).ShouldSatisfyAllConditions(
            vote => vote.State.ShouldBe("pending"), vote => vote.Message.ShouldBe("Your approval counts; still missing: 1 more of security."));
        (await VoteAsync(request, Cleo)).ShouldSatisfyAllConditions(vote => vote.Accepted.ShouldBeFalse(), vote => vote.Code.ShouldBe("not-needed"));
        (await VoteAsync(request, Sam)).State.ShouldBe("approved");
        (await rig.Ingress.ResolutionAsync(request.RequestId)).DecidedBy.ShouldBe(["bea", "sam"]);
    }

    [Fact]
    public async Task A_denial_counts_against_and_a_veto_denies()
    {
        var requirement = Needs(1) with { Veto = [Role("security")] };
        var denied = await OpenAsync([requirement]);
        (await rig.Ingress.VoteAsync(Approve(denied, Sam))).Code.ShouldBe("not-approver");
        (await rig.Ingress.VoteAsync(Deny(denied, Sam, "not in production"))).State.ShouldBe("denied");

        var outvoted = await OpenAsync([requirement]);
        (await rig.Ingress.VoteAsync(Deny(outvoted, Bea, "why now?"))).ShouldSatisfyAllConditions(
            vote => vote.State.ShouldBe("pending"), vote => vote.Message.ShouldBe("Your denial counts; still missing: 2 more of dba."));
        await VoteAsync(outvoted, Cleo);
        (await VoteAsync(outvoted, Person("dan", "dba"))).State.ShouldBe("approved");
    }

    [Fact]
    public async Task After_a_time_others_may_stand_in_and_it_is_told_once()
    {
        var lead = Person("lea", "lead");
        var request = await OpenAsync([Needs(1) with { Escalation = new(TimeSpan.FromSeconds(2), [Role("lead")]) }]);
        (await VoteAsync(request, lead)).Code.ShouldBe("not-approver");

        var told = await rig.Ingress.HeardAsync<ApprovalEscalated>(e => e.RequestId == request.RequestId);

        told.To.ShouldBe("lead");
        (await rig.DecisionsAsync(request.RequestId)).Count(d => d.Kind == "escalated").ShouldBe(1);
        (await VoteAsync(request, lead)).State.ShouldBe("approved");
    }

    [Fact]
    public async Task An_escalation_that_nobody_answers_ends_in_a_refusal()
    {
        var request = await OpenAsync([Needs(1) with { Escalation = new(TimeSpan.FromSeconds(0.5), [Role("lead")]) }], TimeSpan.FromSeconds(1.5));

        (await rig.Ingress.ResolutionAsync(request.RequestId)).Outcome.ShouldBe(ApprovalOutcome.Expired);
        (await rig.Ingress.RedeemAsync(request)).Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task Outside_its_windows_it_can_be_denied_but_neither_approved_nor_used()
    {
        var now = TimeProvider.System.GetUtcNow();
        var later = new ApprovalWindow([now.AddMinutes(5).DayOfWeek], TimeOnly.FromDateTime(now.AddMinutes(5).UtcDateTime), TimeOnly.FromDateTime(now.AddMinutes(9).UtcDateTime), "UTC");
        var request = await OpenAsync([Needs(1) with { Windows = [later] }]);

        (await VoteAsync(request, Bea)).ShouldSatisfyAllConditions(vote => vote.Code.ShouldBe("outside-window"), vote => vote.Message.ShouldContain("lets this be approved only"));
        (await rig.Ingress.VoteAsync(Deny(request, Bea, "not today"))).State.ShouldBe("denied");
    }

    [Fact]
    public async Task What_nobody_could_ever_approve_is_refused_at_once()
    {
        var request = Request() with { Requirements = [new() { Rule = "self", Steps = [new("approval", StepMode.Any, 1, [Named(Agent.Name)])] }] };
        await rig.Ingress.PublishAsync(request);

        (await rig.Ingress.ResolutionAsync(request.RequestId)).ShouldSatisfyAllConditions(
            r => r.Outcome.ShouldBe(ApprovalOutcome.Denied), r => r.Reason!.ShouldContain("Too few of the people"), r => r.DecidedBy.ShouldBeEmpty());
    }

    [Theory]
    [InlineData(StepUp.Fresh, StepUp.None, "sign-in-needed")]
    [InlineData(StepUp.Passkey, StepUp.Fresh, "passkey-needed")]
    [InlineData(StepUp.Fresh, StepUp.Passkey, "approved")]
    [InlineData(StepUp.Passkey, StepUp.Passkey, "approved")]
    public async Task An_approver_must_have_shown_who_they_are_as_the_rule_wants(StepUp wanted, StepUp shown, string code)
    {
        var request = await OpenAsync([Needs(1), Needs(1) with { StepUp = wanted }]);

        (await rig.Ingress.VoteAsync(Approve(request, Bea) with { Shown = shown })).Code.ShouldBe(code);
        if (code != "approved") (await rig.Ingress.VoteAsync(Deny(request, Bea, "to deny needs none of it"))).Code.ShouldBe("denied");
    }

    private Task<ApprovalRequested> OpenAsync(ApprovalRequirement[] requirements, TimeSpan? expires = null) =>
        rig.OpenAsync(Request(expires: expires) with { Requirements = requirements });

    private Task<VoteCounted> VoteAsync(ApprovalRequested request, Principal voter) => rig.Ingress.VoteAsync(Approve(request, voter));
}
