using Hoop.Contracts.Identity;
using Shouldly;
using Xunit;
using static Hoop.Policy.Engine.Tests.Operations;

namespace Hoop.Policy.Engine.Tests.Decisions;

public sealed class OpeningTests
{
    private static Principal Somebody(string kind, params string[] groups) => new("https://issuer", "s", "s", kind, groups, []);

    [Fact]
    public void A_target_opens_when_a_rule_lets_one_do_anything()
    {
        var engine = EngineWith(AgentOnShop + ", allow: { verbs: [select] }", "roles: [lead], targets: [lab], approve: { verbs: [select], by: [dba] }", "roles: [dba], targets: [shop], block: { verbs: [drop] }");
        engine.MayOpen(["agent"], "shop").ShouldBeTrue();
        engine.MayOpen(["agent", "dba"], "shop").ShouldBeTrue();
        engine.MayOpen(["lead"], "lab").ShouldBeTrue();
        engine.MayOpen(["agent"], "lab").ShouldBeFalse();
        engine.MayOpen(["dba"], "shop").ShouldBeFalse();
        engine.MayOpen([], "shop").ShouldBeFalse();
        engine.MayOpen(["agent"], "nowhere").ShouldBeFalse();
    }

    [Fact]
    public void A_block_of_everything_closes_the_target() =>
        EngineWith(AgentOnShop + ", allow: { verbs: [select] }", AgentOnShop + ", block: { verbs: ['*'] }").MayOpen(["agent"], "shop").ShouldBeFalse();

    [Fact]
    public void Everything_is_allowed_only_where_no_other_rule_may_say_otherwise()
    {
        const string All = "allow: { verbs: ['*'], objects: ['*'], effects: ['*'] }";
        const string Limited = "allow: { verbs: ['*'], objects: ['*'], effects: ['*'], maxRows: 10 }";
        EngineWith($"{AgentOnShop}, {All}").AllowsEverything(["agent"], "shop").ShouldBeTrue();
        EngineWith($"{AgentOnShop}, {All}", AgentOnShop + ", allow: { verbs: [select] }").AllowsEverything(["agent"], "shop").ShouldBeTrue();
        EngineWith($"{AgentOnShop}, {All}").AllowsEverything(["agent"], "lab").ShouldBeFalse();
        EngineWith(AgentOnShop + ", allow: { verbs: ['*'], objects: ['*'] }").AllowsEverything(["agent"], "shop").ShouldBeFalse();
        EngineWith($"{AgentOnShop}, {All}", AgentOnShop + ", block: { verbs: [drop] }").AllowsEverything(["agent"], "shop").ShouldBeFalse();
        EngineWith($"{AgentOnShop}, {All}", AgentOnShop + ", approve: { verbs: [drop], by: [dba] }").AllowsEverything(["agent"], "shop").ShouldBeFalse();
        EngineWith($"{AgentOnShop}, {Limited}").AllowsEverything(["agent"], "shop").ShouldBeFalse();
        EngineWith($"{AgentOnShop}, {All}", $"{AgentOnShop}, {Limited}").AllowsEverything(["agent"], "shop").ShouldBeFalse();
    }

    [Fact]
    public void Roles_come_from_groups_and_kinds()
    {
        var document = HoopYaml.Read("""
            version: 1
            roles:
              reader: { groups: [a, b] }
              agent-reader: { groups: [a], kinds: [agent, service] }
              person: { groups: [a, b], kinds: [human] }
            """).Document!;
        var engine = PolicyEngine.Compile(document);
        engine.RolesOf(Somebody("agent", "a")).ShouldBe(["agent-reader", "reader"]);
        engine.RolesOf(Somebody("human", "b")).ShouldBe(["person", "reader"]);
        engine.RolesOf(Somebody("agent", "A")).ShouldBeEmpty();
        engine.RolesOf(Somebody("human")).ShouldBeEmpty();
    }

    [Fact]
    public void A_later_change_of_the_callers_list_changes_nothing()
    {
        var engine = EngineWith(AgentOnShop + ", allow: { verbs: [select] }");
        var roles = new List<string> { "agent" };
        engine.MayOpen(roles, "shop").ShouldBeTrue();
        roles[0] = "lead";
        engine.MayOpen(roles, "shop").ShouldBeFalse();
        engine.MayOpen(["agent"], "shop").ShouldBeTrue();
    }
}
