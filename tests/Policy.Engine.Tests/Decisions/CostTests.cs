using Hoop.Contracts.Operations;
using Shouldly;
using Xunit;
using static Hoop.Policy.Engine.Tests.Operations;

namespace Hoop.Policy.Engine.Tests.Decisions;

public sealed class CostTests
{
    [Fact]
    public void Allowing_by_one_rule_allocates_nothing()
    {
        var engine = EngineWith(
            AgentOnShop + ", allow: { verbs: [select], objects: ['public.*', '*.log', 'a*b*c'] }",
            AgentOnShop + ", approve: { verbs: [delete], by: [dba] }", "roles: ['*'], targets: ['*'], block: { effects: [destructive], objects: [secret.*] }");
        var operation = Of(Effects.Read, Table("select", "public.orders"), Table("select", "public.items"));
        string[] roles = ["agent"];
        engine.Decide(roles, "shop", operation).Outcome.ShouldBe(DecisionOutcome.Allow);
        engine.Decide(roles, "shop", Show()).Outcome.ShouldBe(DecisionOutcome.Allow);

        var plumbing = Show();
        // The runtime itself allocates once, when it compiles anew what has become hot: that is no decision's.
        DecideOften();
        var before = GC.GetAllocatedBytesForCurrentThread();
        DecideOften();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void DecideOften()
        {
            for (var i = 0; i < 1000; i++)
            {
                _ = engine.Decide(roles, "shop", operation);
                _ = engine.Decide(roles, "shop", plumbing);
            }
        }
    }
}
