using Hoop.Contracts.Approvals;
using Shouldly;
using Xunit;

namespace Hoop.Policy.Engine.Tests.Document;

/// <summary><c>approve: { grant: … }</c>: what approvers may grant instead of a single use.</summary>
public sealed class GrantTests
{
    private static string Rule(string grant, string more = "") =>
        Samples.Small + $"policies:\n- {{ name: p, roles: [agent], targets: [shop], approve: {{ verbs: [delete], by: [agent]{grant} }} }}\n{more}";

    private static GrantOffer? Read(string grant)
    {
        var result = HoopYaml.Read(Rule(grant));
        result.Errors.ShouldBeEmpty();
        return result.Document!.Policies.Single().Grant;
    }

    [Fact]
    public void Without_the_key_an_approval_is_for_a_single_use() => Read("").ShouldBeNull();

    [Fact]
    public void The_strictest_is_the_default()
    {
        var offer = Read(", grant: { upTo: 30m }").ShouldNotBeNull();
        offer.ShouldSatisfyAllConditions(
            o => o.UpTo.ShouldBe(TimeSpan.FromMinutes(30)), o => o.Scopes.ShouldBe([GrantScope.Fingerprint]), o => o.Roles.ShouldBeEmpty(),
            o => o.Values.ShouldBe(GrantValues.Same));
    }

    [Fact]
    public void Scopes_roles_and_values_are_read()
    {
        var offer = Read(", grant: { upTo: 1h, scopes: [role, fingerprint], roles: [agent], values: any }").ShouldNotBeNull();
        offer.ShouldSatisfyAllConditions(
            o => o.Scopes.ShouldBe([GrantScope.Fingerprint, GrantScope.Role]), o => o.Roles.ShouldBe(["agent"]), o => o.Values.ShouldBe(GrantValues.Any));
    }

    [Theory]
    [InlineData("{ scopes: [fingerprint] }", "upTo is missing; add for example grant: { upTo: 1h }")]
    [InlineData("{ upTo: 2d }", "\"2d\" is not a duration of at most a day")]
    [InlineData("{ upTo: soon }", "\"soon\" is not a duration")]
    [InlineData("{ upTo: 1h, scopes: [fingreprint] }", "\"fingreprint\" is not a scope; did you mean \"fingerprint\"?")]
    [InlineData("{ upTo: 1h, scopes: [role] }", "roles is missing; add for example roles: [dba]")]
    [InlineData("{ upTo: 1h, scopes: [role], roles: [agnet] }", "there is no role \"agnet\"; did you mean \"agent\"?")]
    [InlineData("{ upTo: 1h, scopes: [role], roles: ['*'] }", "there is no role \"*\"")]
    [InlineData("{ upTo: 1h, roles: [agent] }", "roles are granted with the scope role")]
    [InlineData("{ upTo: 1h, values: all }", "\"all\" is not known")]
    [InlineData("{ upTo: 1h, scopes: [role], roles: [agent], values: any }", "values speaks of windows for a statement")]
    [InlineData("{ upTo: 1h, uses: 3 }", "unknown key \"uses\"")]
    public void Mistakes_are_told(string grant, string message) =>
        HoopYaml.Read(Rule($", grant: {grant}")).Errors.ShouldHaveSingleItem().Message.ShouldContain(message);

    [Fact]
    public void Only_approve_takes_it() =>
        HoopYaml.Read(Samples.Small + "policies:\n- { name: p, roles: [agent], targets: [shop], allow: { verbs: [select], grant: { upTo: 1h } } }")
            .Errors.ShouldHaveSingleItem().Message.ShouldContain("unknown key \"grant\"");
}
