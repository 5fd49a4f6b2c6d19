using Hoop.Contracts.Approvals;
using Hoop.Contracts.Operations;
using Shouldly;
using Xunit;
using static Hoop.Policy.Engine.DecisionOutcome;
using static Hoop.Policy.Engine.Tests.Operations;

namespace Hoop.Policy.Engine.Tests.Decisions;

public sealed class DecisionTests
{
    private const string ReadPublic = AgentOnShop + ", allow: { verbs: [select], objects: [public.*] }";
    private const string Everything = AgentOnShop + ", allow: { verbs: ['*'], objects: ['*'], effects: ['*'] }";

    [Fact]
    public void Nothing_is_allowed_by_default()
    {
        var decision = EngineWith().Decide(Select("public.orders"));
        decision.ShouldSatisfyAllConditions(
            d => d.Outcome.ShouldBe(Block), d => d.Rules.ShouldBeEmpty(), d => d.Why.ShouldBe("no policy allows select on public.orders for role agent on shop"));
    }

    [Fact]
    public void An_allow_covers_its_verbs_and_objects_only()
    {
        var engine = EngineWith(ReadPublic);
        engine.Decide(Select("public.orders")).ShouldSatisfyAllConditions(d => d.Outcome.ShouldBe(Allow), d => d.Rules.ShouldBe(["p1"]));
        engine.Outcome(Select("private.orders")).ShouldBe(Block);
        engine.Outcome(Select("public.orders", "private.orders")).ShouldBe(Block);
        engine.Outcome(Delete("public.orders")).ShouldBe(Block);
        engine.Decide(["dba"], "shop", Select("public.orders")).Outcome.ShouldBe(Block);
        engine.Decide(["agent"], "lab", Select("public.orders")).Outcome.ShouldBe(Block);
        engine.Decide(["agent"], "nowhere", Select("public.orders")).Why.ShouldBe("the policy has no target \"nowhere\"");
    }

    [Fact]
    public void Accesses_may_be_covered_by_different_rules()
    {
        var decision = EngineWith(ReadPublic, AgentOnShop + ", allow: { verbs: [insert], objects: [log.*], maxRows: 5 }")
            .Decide(Of(Effects.Read | Effects.Write, Table("insert", "log.seen"), Table("select", "public.orders")));
        decision.ShouldSatisfyAllConditions(d => d.Outcome.ShouldBe(Allow), d => d.Rules.ShouldBe(["p1", "p2"]), d => d.MaxRows.ShouldBe(5));
    }

    [Fact]
    public void What_the_database_does_by_itself_needs_no_allow_but_its_effects_do_and_a_block_speaks_of_it()
    {
        var audited = Of(Effects.Write, Table("insert", "public.orders"), Table("insert", "log.seen") with { Implied = true });
        const string Insert = AgentOnShop + ", allow: { verbs: [insert], objects: [public.*] }";
        EngineWith(Insert).Outcome(audited).ShouldBe(Allow);
        EngineWith(Insert, AgentOnShop + ", block: { verbs: [insert], objects: [log.*] }").Outcome(audited).ShouldBe(Block);
        EngineWith(Insert).Outcome(audited with { Effects = Effects.Write | Effects.Network }).ShouldBe(Block);
        EngineWith(ReadPublic).Outcome(Of(Effects.Read | Effects.Write, Table("select", "public.orders"), Table("delete", "log.seen") with { Implied = true })).ShouldBe(Block);
        EngineWith(ReadPublic).Outcome(Of(Effects.Read, Table("select", "log.seen") with { Implied = true })).ShouldBe(Block);
    }

    [Fact]
    public void A_block_wins_over_everything()
    {
        var decision = EngineWith(Everything, AgentOnShop + ", approve: { verbs: [drop], by: [dba] }", "roles: ['*'], targets: ['*'], block: { effects: [destructive] }")
            .Decide(Drop("public.orders"));
        decision.ShouldSatisfyAllConditions(
            d => d.Outcome.ShouldBe(Block), d => d.Rules.ShouldBe(["p3"]), d => d.Why.ShouldBe("policy \"p3\" blocks drop on public.orders (ddl, destructive)"));
    }

    [Fact]
    public void A_block_needs_all_it_names_the_verb_and_object_in_one_access()
    {
        var engine = EngineWith(Everything, AgentOnShop + ", block: { verbs: [delete], objects: [public.orders], effects: [mass-write] }");
        engine.Outcome(DeleteAll("public.orders")).ShouldBe(Block);
        engine.Outcome(Delete("public.orders")).ShouldBe(Allow);
        engine.Outcome(DeleteAll("public.items")).ShouldBe(Allow);
        engine.Outcome(Of(Effects.Write | Effects.MassWrite, Table("delete", "public.items"), Table("select", "public.orders"))).ShouldBe(Allow);
    }

    [Fact]
    public void An_approve_wins_over_an_allow()
    {
        var decision = EngineWith(Everything, AgentOnShop + ", approve: { verbs: [delete], by: [dba], expires: 5m, maxRows: 10 }").Decide(Delete("public.orders"));
        decision.ShouldSatisfyAllConditions(
            d => d.Outcome.ShouldBe(Hold), d => d.Rules.ShouldBe(["p2"]), d => d.MaxRows.ShouldBe(10),
            d => d.Why.ShouldBe("policy \"p2\" asks for approval of delete on public.orders"));
        decision.Approval.ShouldNotBeNull().ShouldSatisfyAllConditions(
            a => Names(a.Requirements.Single()).ShouldBe(["dba"]), a => Groups(a.Requirements.Single()).ShouldBe(["admins", "dba"], ignoreOrder: true),
            a => a.Requirements.Single().Rule.ShouldBe("p2"), a => a.Expires.ShouldBe(TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public void An_extra_effect_never_takes_an_operation_out_of_an_approval() =>
        EngineWith(Everything, AgentOnShop + ", approve: { verbs: [delete], by: [dba] }")
            .Outcome(Of(Effects.Write | Effects.Unknown, Table("delete", "public.orders"), Function("public.anything"))).ShouldBe(Hold);

    [Fact]
    public void An_approval_does_not_open_what_else_the_operation_touches()
    {
        var engine = EngineWith(AgentOnShop + ", approve: { verbs: [delete], objects: [public.*], by: [dba] }");
        engine.Outcome(Delete("public.orders")).ShouldBe(Hold);
        engine.Outcome(Of(Effects.Read | Effects.Write, Table("delete", "public.orders"), Table("select", "private.keys"))).ShouldBe(Block);
        engine.Outcome(Of(Effects.Write | Effects.FileAccess, Table("delete", "public.orders"))).ShouldBe(Block);
    }

    [Fact]
    public void Effects_on_an_approval_say_when_it_applies()
    {
        var engine = EngineWith(AgentOnShop + ", allow: { verbs: [delete] }", AgentOnShop + ", approve: { effects: [mass-write], by: [dba] }");
        engine.Outcome(Delete("public.orders")).ShouldBe(Allow);
        engine.Outcome(DeleteAll("public.orders")).ShouldBe(Hold);
    }

    [Fact]
    public void An_approval_that_does_not_apply_allows_nothing() =>
        EngineWith(AgentOnShop + ", approve: { verbs: [select], effects: [unknown], by: [dba] }").Outcome(Select("public.orders")).ShouldBe(Block);

    [Theory]
    [InlineData("delete", Effects.MassWrite)]
    [InlineData("insert", Effects.MassWrite)]
    [InlineData("create", Effects.Ddl)]
    [InlineData("alter", Effects.Ddl)]
    [InlineData("drop", Effects.Ddl | Effects.Destructive)]
    [InlineData("truncate", Effects.Destructive)]
    [InlineData("grant", Effects.Privilege)]
    public void A_named_verb_covers_what_it_does_by_nature(string verb, Effects effects)
    {
        var operation = Of(effects | Effects.Write, Table(verb, "public.t"));
        EngineWith(AgentOnShop + $", allow: {{ verbs: [{verb}] }}").Outcome(operation).ShouldBe(Allow);
        EngineWith(AgentOnShop + ", allow: { verbs: ['*'] }").Outcome(operation).ShouldBe(Block);
        EngineWith(AgentOnShop + ", allow: { verbs: ['*'], effects: ['*'] }").Outcome(operation).ShouldBe(Allow);
    }

    [Theory]
    [InlineData(Effects.CodeExec, "code-exec")]
    [InlineData(Effects.FileAccess, "file-access")]
    [InlineData(Effects.Network, "network")]
    [InlineData(Effects.Session, "session")]
    [InlineData(Effects.Dynamic, "dynamic")]
    [InlineData(Effects.Unknown, "unknown")]
    [InlineData(Effects.Lock, "lock")]
    [InlineData(Effects.Privilege, "privilege")]
    public void Other_effects_must_be_listed(Effects effect, string name)
    {
        var operation = Of(Effects.Read | effect, Table("select", "public.t"));
        EngineWith(ReadPublic).Decide(operation).ShouldSatisfyAllConditions(
            d => d.Outcome.ShouldBe(Block), d => d.Why.ShouldBe($"no policy covers select on public.t with these effects ({name}) for role agent on shop"));
        EngineWith(AgentOnShop + $", allow: {{ verbs: [select], effects: [{name}] }}").Outcome(operation).ShouldBe(Allow);
    }

    [Fact]
    public void An_effect_is_answered_for_by_the_access_whose_verb_carries_it()
    {
        var engine = EngineWith(ReadPublic, AgentOnShop + ", allow: { verbs: [update], objects: [public.*] }");
        engine.Outcome(Of(Effects.Read | Effects.Write | Effects.MassWrite, Table("update", "public.t"), Table("select", "public.u"))).ShouldBe(Allow);
        engine.Outcome(Of(Effects.Read | Effects.MassWrite, Table("select", "public.u"))).ShouldBe(Block);
    }

    [Fact]
    public void Copy_is_covered_by_select_and_insert()
    {
        var engine = EngineWith(AgentOnShop + ", allow: { verbs: [select, insert] }");
        engine.Outcome(Of(Effects.Read, Table("copy-to", "public.t"))).ShouldBe(Allow);
        engine.Outcome(Of(Effects.Write, Table("copy-from", "public.t"))).ShouldBe(Allow);
        EngineWith(Everything, AgentOnShop + ", block: { verbs: [select], objects: [public.t] }").Outcome(Of(Effects.Read, Table("copy-to", "public.t"))).ShouldBe(Block);
        EngineWith(AgentOnShop + ", allow: { verbs: [copy-to] }").Outcome(Select("public.t")).ShouldBe(Block);
    }

    [Fact]
    public void Functions_are_covered_by_execute_or_call()
    {
        foreach (var verb in new[] { "execute", "call" })
            EngineWith(ReadPublic, AgentOnShop + $", allow: {{ verbs: [{verb}], objects: [public.f] }}")
                .Outcome(Of(Effects.Read, Table("select", "public.t"), Function("public.f"))).ShouldBe(Allow);
        EngineWith(ReadPublic).Outcome(Of(Effects.Read, Table("select", "public.t"), Function("public.f"))).ShouldBe(Block);
    }

    [Fact]
    public void An_object_that_is_not_known_needs_a_rule_for_all_objects()
    {
        var operation = Of(Effects.Read, Table("select", "*"));
        EngineWith(ReadPublic).Outcome(operation).ShouldBe(Block);
        EngineWith(AgentOnShop + ", allow: { verbs: [select], objects: ['*.*'] }").Outcome(operation).ShouldBe(Block);
        EngineWith(AgentOnShop + ", allow: { verbs: [select], objects: ['*'] }").Outcome(operation).ShouldBe(Allow);
        EngineWith(AgentOnShop + ", allow: { verbs: [select] }").Outcome(operation).ShouldBe(Allow);
    }

    [Fact]
    public void A_select_or_call_that_writes_needs_more_than_the_verb()
    {
        var advance = Of(Effects.Read | Effects.Write, Function("pg_catalog.nextval"));
        EngineWith(ReadPublic).Outcome(advance).ShouldBe(Block);
        EngineWith(AgentOnShop + ", allow: { verbs: [select, execute] }").Decide(advance).ShouldSatisfyAllConditions(
            d => d.Outcome.ShouldBe(Block), d => d.Why.ShouldBe("no policy covers execute on pg_catalog.nextval with these effects (write) for role agent on shop"));
        EngineWith(AgentOnShop + ", allow: { verbs: [execute], effects: [write] }").Outcome(advance).ShouldBe(Allow);
        EngineWith(AgentOnShop + ", allow: { verbs: ['*'] }").Outcome(advance).ShouldBe(Allow);
    }

    [Fact]
    public void What_is_not_understood_needs_a_rule_for_everything()
    {
        EngineWith(AgentOnShop + ", allow: { verbs: ['*'], objects: [public.*], effects: ['*'] }").Decide(NotUnderstood()).ShouldSatisfyAllConditions(
            d => d.Outcome.ShouldBe(Block), d => d.Why.ShouldBe("the statement was not understood, and no policy allows everything for role agent on shop"));
        EngineWith(Everything).Decide(NotUnderstood()).ShouldSatisfyAllConditions(d => d.Outcome.ShouldBe(Allow), d => d.Rules.ShouldBe(["p1"]));
        EngineWith(Everything, AgentOnShop + ", block: { effects: [unknown] }").Outcome(NotUnderstood()).ShouldBe(Block);
        EngineWith(AgentOnShop + ", approve: { verbs: ['*'], effects: ['*'], by: [dba] }").Outcome(NotUnderstood()).ShouldBe(Hold);
        EngineWith(Everything).Outcome(NotUnderstood() with { Plumbing = true }).ShouldBe(Allow);
        EngineWith(ReadPublic).Outcome(NotUnderstood() with { Plumbing = true }).ShouldBe(Block);
    }

    [Fact]
    public void An_operation_without_accesses_needs_a_rule_for_everything()
    {
        EngineWith(ReadPublic).Outcome(Of(Effects.None)).ShouldBe(Block);
        EngineWith(Everything).Outcome(Of(Effects.None)).ShouldBe(Allow);
    }

    [Fact]
    public void Plumbing_is_allowed_to_whoever_may_open_the_target()
    {
        var engine = EngineWith(ReadPublic);
        engine.Outcome(Show()).ShouldBe(Allow);
        engine.Decide(["dba"], "shop", Show()).Outcome.ShouldBe(Block);
        EngineWith(ReadPublic, AgentOnShop + ", block: { verbs: [show] }").Outcome(Show()).ShouldBe(Block);
        EngineWith(ReadPublic, AgentOnShop + ", block: { verbs: [show], objects: [work_mem] }").Outcome(Show()).ShouldBe(Allow);
    }

    [Fact]
    public void The_smallest_row_limit_of_all_matching_rules_holds()
    {
        var engine = EngineWith(
            AgentOnShop + ", allow: { verbs: [select], maxRows: 100 }", AgentOnShop + ", allow: { verbs: [select], objects: [public.*], maxRows: 50 }",
            AgentOnShop + ", approve: { verbs: [select], objects: [public.big], by: [dba], maxRows: 70 }");
        engine.Decide(Select("public.t")).MaxRows.ShouldBe(50);
        engine.Decide(Select("log.t")).MaxRows.ShouldBe(100);
        engine.Decide(Select("public.big")).MaxRows.ShouldBe(50);
    }

    [Fact]
    public void Every_rule_that_asks_must_be_met_and_the_shortest_time_counts()
    {
        string Ask(string by, int count, string expires) => AgentOnShop + $", approve: {{ verbs: [delete], by: [{by}], count: {count}, expires: {expires} }}";
        var demand = EngineWith(Ask("dba, lead", 1, "10m"), Ask("lead", 2, "20m")).Decide(Delete("public.t")).Approval!;

        demand.Expires.ShouldBe(TimeSpan.FromMinutes(10));
        demand.Requirements.Select(r => r.Rule).ShouldBe(["p1", "p2"]);
        Names(demand.Requirements[0]).ShouldBe(["dba", "lead"]);
        Groups(demand.Requirements[1]).ShouldBe(["leads"]);
        demand.Requirements.Select(r => r.Steps.Single().Count).ShouldBe([1, 2]);
    }

    [Fact]
    public void Roles_stand_for_their_groups_wherever_people_are_named()
    {
        var requirement = EngineWith(AgentOnShop + """
            , approve: { verbs: [delete], steps: [{ all: [dba, lead] }], veto: [lead], escalate: { after: 1m, to: [lead] },
              emergency: { by: [agent], review: { by: [lead] } } }
            """.ReplaceLineEndings(" ")).Decide(Delete("public.t")).Approval!.Requirements.Single();

        requirement.ShouldSatisfyAllConditions(
            r => Groups(r).ShouldBe(["admins", "dba", "leads"], ignoreOrder: true),
            r => r.Veto.Single().Groups.ShouldBe(["leads"]),
            r => r.Escalation!.To.Single().Groups.ShouldBe(["leads"]),
            r => r.Emergency!.By.Single().Groups.ShouldBe(["agents"]),
            r => r.Emergency!.Review.Approvers.Single().Groups.ShouldBe(["leads"]));
    }

    private static IEnumerable<string> Names(ApprovalRequirement requirement) => requirement.Steps.Single().Approvers.Select(a => a.Name);

    private static IEnumerable<string> Groups(ApprovalRequirement requirement) => requirement.Steps.Single().Approvers.SelectMany(a => a.Groups);

    [Fact]
    public void Targets_are_selected_by_name_glob_or_label()
    {
        EngineWith("roles: [agent], targets: ['s*p'], allow: { verbs: [select] }").Outcome(Select("a.b")).ShouldBe(Allow);
        var byLabel = EngineWith("roles: [agent], targets: { labels: { env: prod } }, allow: { verbs: [select] }");
        byLabel.Outcome(Select("a.b")).ShouldBe(Allow);
        byLabel.Decide(["agent"], "lab", Select("a.b")).Outcome.ShouldBe(Block);
    }
}
