using Hoop.Contracts.Approvals;
using Shouldly;
using Xunit;
using static Hoop.Policy.Engine.Tests.Operations;

namespace Hoop.Policy.Engine.Tests.Decisions;

/// <summary>Several rules offer no more than each of them.</summary>
public sealed class OfferTests
{
    private static GrantOffer? OfferOf(params string[] grants) =>
        EngineWith([.. grants.Select(grant => $"{AgentOnShop}, approve: {{ verbs: [delete], by: [lead]{grant} }}")]).Decide(Delete("public.orders")).Offer;

    [Fact]
    public void One_rule_offers_what_it_says()
    {
        var offer = OfferOf(", grant: { upTo: 1h, scopes: [fingerprint, role], roles: [dba, lead], values: any }").ShouldNotBeNull();
        (offer.UpTo, offer.Values).ShouldBe((TimeSpan.FromHours(1), GrantValues.Any));
        offer.Roles.ShouldBe(["dba", "lead"]);
    }

    [Fact]
    public void A_rule_that_offers_nothing_leaves_a_single_use() => OfferOf(", grant: { upTo: 1h }", "").ShouldBeNull();

    [Fact]
    public void Of_several_the_strictest_counts()
    {
        var offer = OfferOf(
            ", grant: { upTo: 1h, scopes: [fingerprint, role], roles: [dba, lead], values: any }",
            ", grant: { upTo: 30m, scopes: [fingerprint, role], roles: [lead], values: bounded }").ShouldNotBeNull();
        (offer.UpTo, offer.Values).ShouldBe((TimeSpan.FromMinutes(30), GrantValues.Bounded));
        offer.Roles.ShouldBe(["lead"]);
        offer.Scopes.ShouldBe([GrantScope.Fingerprint, GrantScope.Role]);
    }

    [Fact]
    public void Roles_that_not_all_offer_are_not_offered()
    {
        const string Dba = ", grant: { upTo: 1h, scopes: [role], roles: [dba] }";
        OfferOf(Dba, ", grant: { upTo: 1h, scopes: [role], roles: [lead] }").ShouldBeNull();
        OfferOf(Dba, ", grant: { upTo: 1h }").ShouldBeNull();
    }
}
