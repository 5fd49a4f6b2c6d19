using Hoop.Approval.Requirements;
using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Requirements;

public sealed class EvaluatorTests
{
    private static readonly DateTimeOffset Asked = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly Principal Both = Person("both", "dba", "security");
    private static readonly Principal Sam = Person("sam", "security");

    [Fact]
    public void Any_counts_different_people_of_all_that_are_named()
    {
        var two = Of(Any(2, Role("dba"), Named("sam")));

        Evaluate(two, Yes(Bea)).ShouldSatisfyAllConditions(s => s.Progress.ShouldBe(Progress.Pending), s => s.Missing.ShouldBe("1 more of dba or sam"));
        Evaluate(two, Yes(Bea), Yes(Sam)).Progress.ShouldBe(Progress.Met);
    }

    [Fact]
    public void All_needs_one_person_of_each_and_a_person_in_two_groups_counts_once()
    {
        var each = Of(All(Role("dba"), Role("security")));

        Evaluate(each, Yes(Both)).Missing.ShouldBe("security");
        // Whoever fits only one place leaves the other to whoever fits both.
        Evaluate(each, Yes(Both), Yes(Bea)).Progress.ShouldBe(Progress.Met);
        Evaluate(each, Yes(Both), Yes(Sam)).Progress.ShouldBe(Progress.Met);
    }

    [Fact]
    public void A_person_counts_in_one_step_wherever_it_helps_most()
    {
        var steps = Of(Any(1, Role("dba")), Any(1, Named("both")));

        Evaluate(steps, Yes(Both)).ShouldSatisfyAllConditions(s => s.Progress.ShouldBe(Progress.Pending), s => s.Steps.Count(step => step.Met).ShouldBe(1));
        Evaluate(steps, Yes(Both), Yes(Bea)).Progress.ShouldBe(Progress.Met);
    }

    [Theory]
    [InlineData("boss@example.com")]
    [InlineData("Boss@Example.com")]
    [InlineData("boss")]
    [InlineData("boss-id")]
    [InlineData("https://login.test|boss-id")]
    public void A_manager_is_found_by_whatever_the_requesters_claim_says(string claim)
    {
        var boss = Person("boss") with { Email = "boss@example.com" };
        var step = Of(Any(1, new Approver(ApproverKind.ManagerOf, "manager")));
        var requester = Agent with { Claims = new Dictionary<string, string> { ["manager"] = claim } };

        RequirementEvaluator.Evaluate(step, Facts(requester, Yes(boss))).Progress.ShouldBe(Progress.Met);
        RequirementEvaluator.Evaluate(step, Facts(requester, Yes(boss with { Issuer = "https://other.test" }))).Progress
            .ShouldBe(Progress.Pending, "what an issuer says of managers it says of its own people");
    }

    [Fact]
    public void A_manager_whom_the_token_does_not_name_can_never_decide()
    {
        var refused = Evaluate(Of(Any(1, new Approver(ApproverKind.ManagerOf, "manager"))));

        refused.Progress.ShouldBe(Progress.Refused);
        refused.Steps[0].Who.ShouldContain("no claim \"manager\"");
    }

    [Fact]
    public void Any_denial_denies_unless_some_have_a_veto()
    {
        var three = Of(Any(2, Role("dba")));
        var veto = three with { Veto = [Role("security")] };

        Evaluate(three, Yes(Bea), No(Cleo)).ShouldSatisfyAllConditions(s => s.Progress.ShouldBe(Progress.Refused), s => s.Missing.ShouldBe("cleo denied it."));
        Evaluate(veto, No(Sam)).Progress.ShouldBe(Progress.Refused);
        Evaluate(veto, Yes(Bea), No(Cleo)).Missing.ShouldBe("2 more of dba");
        Evaluate(veto, Yes(Bea), No(Cleo), Yes(Person("dan", "dba")), Yes(Person("eve", "dba"))).Progress.ShouldBe(Progress.Met);
    }

    [Fact]
    public void Named_people_of_whom_too_few_are_left_refuse_it_at_once()
    {
        var step = Of(Any(2, Named("bea"), Named("cleo"), Named("dan"))) with { Veto = [Role("security")] };

        Evaluate(step, No(Bea)).Progress.ShouldBe(Progress.Refused, "two, and one for the denial, of two that are left");
        Evaluate(Of(Any(1, Named("reporting-agent")))).Progress.ShouldBe(Progress.Refused, "whoever asked cannot decide");
        Evaluate(Of(Any(1, Named("reporting-agent"))) with { Escalation = new(TimeSpan.FromMinutes(5), [Role("lead")]) }).Progress.ShouldBe(Progress.Pending);
    }

    [Fact]
    public void After_a_time_others_may_stand_in_and_nothing_is_allowed_by_waiting()
    {
        var lead = Person("lea", "lead");
        var step = Of(All(Named("bea"), Named("cleo"))) with { Escalation = new(TimeSpan.FromMinutes(5), [Role("lead")]) };

        var before = Facts(Agent, Yes(Bea), Yes(lead));
        RequirementEvaluator.Evaluate(step, before).Missing.ShouldBe("cleo (from 2026-11-20 12:05 UTC on lead may stand in)");
        RequirementEvaluator.WouldHelp(step, Person("lou", "lead"), before).ShouldBeFalse();
        var after = before with { Now = Asked.AddMinutes(5) };
        RequirementEvaluator.Evaluate(step, after).Progress.ShouldBe(Progress.Met);
        RequirementEvaluator.Evaluate(step, after with { Votes = [] }).ShouldSatisfyAllConditions(
            s => s.Progress.ShouldBe(Progress.Pending), s => s.Escalated.ShouldBeTrue());
    }

    [Fact]
    public void Every_requirement_must_be_met_and_a_vote_counts_in_each()
    {
        ApprovalRequirement[] both = [Of(Any(1, Role("dba"))), Of(Any(1, Role("security")))];

        RequirementEvaluator.Evaluate(both, Facts(Agent, Yes(Bea))).ShouldSatisfyAllConditions(
            s => s.Progress.ShouldBe(Progress.Pending), s => s.Missing.ShouldBe("1 more of security"));
        RequirementEvaluator.Evaluate(both, Facts(Agent, Yes(Both))).Progress.ShouldBe(Progress.Met);
        RequirementEvaluator.Evaluate(both, Facts(Agent, Yes(Bea), No(Sam))).Progress.ShouldBe(Progress.Refused);
    }

    [Fact]
    public void What_names_nobody_is_never_met()
    {
        RequirementEvaluator.Evaluate([], Facts(Agent, Yes(Bea))).Progress.ShouldBe(Progress.Refused);
        Evaluate(Of(), Yes(Bea)).Progress.ShouldBe(Progress.Refused);
        Evaluate(Of(Any(1)), Yes(Bea)).Progress.ShouldBe(Progress.Refused);
        Evaluate(Of(All()), Yes(Bea)).Progress.ShouldBe(Progress.Refused);
        Evaluate(Of(Any(0, Role("dba")))).Progress.ShouldBe(Progress.Pending);
    }

    [Fact]
    public void What_could_be_approved_only_after_it_expires_is_refused_at_once()
    {
        var weekend = Of(Any(1, Role("dba"))) with { Windows = [new([DayOfWeek.Sunday], new(9, 0), new(18, 0), "Europe/Berlin")] };

        Evaluate(weekend).ShouldSatisfyAllConditions(
            s => s.Progress.ShouldBe(Progress.Refused),
            s => s.Missing.ShouldBe("It could be approved only on Sunday 09:00–18:00 Europe/Berlin, and expires before that."));
    }

    private static RequirementStanding Evaluate(ApprovalRequirement requirement, params Vote[] votes) =>
        RequirementEvaluator.Evaluate(requirement, Facts(Agent, votes));

    private static Facts Facts(Principal requester, params Vote[] votes) => new(requester, votes, Asked, Asked.AddMinutes(15), Asked.AddMinutes(1));

    private static ApprovalRequirement Of(params ApprovalStep[] steps) => new() { Rule = "r", Steps = steps };

    private static ApprovalStep Any(int count, params Approver[] approvers) => new("any", StepMode.Any, count, approvers);

    private static ApprovalStep All(params Approver[] approvers) => new("all", StepMode.All, approvers.Length, approvers);

    private static Vote Yes(Principal person) => new(person, true, null, Asked);

    private static Vote No(Principal person) => new(person, false, "no", Asked);
}
