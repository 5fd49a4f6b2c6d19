using Hoop.Contracts.Documents;
using Shouldly;
using Xunit;

namespace Hoop.Policy.Engine.Tests.Document;

public sealed class ReadingTests
{
    private static HoopDocument Read(string yaml)
    {
        var result = HoopYaml.Read(yaml);
        result.Errors.ShouldBeEmpty();
        return result.Document.ShouldNotBeNull();
    }

    [Fact]
    public void Every_section_is_read()
    {
        var document = Read(Samples.Whole);
        document.Issuers.ShouldHaveSingleItem().Claims["name"].ShouldBe("email");
        document.Targets["shop"].ShouldSatisfyAllConditions(
            t => t.Address.ShouldBe("10.0.0.5:5432"), t => t.Credential.Password.ShouldBe("env:SHOP_PASSWORD"),
            t => t.CaFile.ShouldBe("/etc/hoop/shop-ca.pem"), t => t.Connector.ShouldBe("eu-1"), t => t.Labels["tier"].ShouldBe("1"));
        document.Targets["lab"].Tls.ShouldBe("verify-full");
        document.Roles["agent"].Kinds.ShouldBe(["agent"]);
        document.Access.EditPolicy.ShouldBe(["dba"]);
        document.Digest.ShouldBe(HoopYaml.DigestOf(Samples.Whole));
        document.Version.ShouldBe(0);
    }

    [Fact]
    public void Policies_keep_their_action_limits_and_line()
    {
        var rules = Read(Samples.Whole).Policies.ToDictionary(p => p.Name);
        rules["agents-read"].MaxRows.ShouldBe(500);
        rules["agents-change"].ShouldSatisfyAllConditions(
            r => r.Action.ShouldBe(RuleAction.Approve), r => r.TargetLabels["env"].ShouldBe("prod"), r => r.Line.ShouldBe(21),
            r => r.Approval!.By.ShouldBe(["dba"]), r => r.Approval!.Count.ShouldBe(2), r => r.Approval!.Expires.ShouldBe(TimeSpan.FromMinutes(30)));
        rules["nobody-destroys"].Effects.Count.ShouldBe(5);
    }

    [Fact]
    public void Masks_keep_mode_and_predicates()
    {
        var masks = Read(Samples.Whole).Masks.ToDictionary(m => m.Name);
        masks["ssn"].ShouldSatisfyAllConditions(
            m => m.Mode.ShouldBe(MaskMode.Partial), m => m.KeepLast.ShouldBe(4), m => m.Except.ShouldBe(["dba"]), m => m.SafeFunctions.ShouldBe(["count", "max"]));
        masks["cards"].ShouldSatisfyAllConditions(m => m.Mode.ShouldBe(MaskMode.Redact), m => m.SafeFunctions.ShouldBe(["count"]));
        masks["notes"].ShouldSatisfyAllConditions(m => m.Mode.ShouldBe(MaskMode.Null), m => m.Predicates.ShouldBe(PredicateRule.Block));
    }

    [Theory]
    [InlineData("30s", 30)]
    [InlineData("15m", 900)]
    [InlineData("1h", 3600)]
    [InlineData("2d", 172800)]
    public void Durations_are_a_number_and_a_unit(string text, int seconds)
    {
        var yaml = Samples.Small + $"policies:\n- {{ name: a, roles: [agent], targets: [shop], approve: {{ verbs: [delete], by: [dba], expires: {text} }} }}";
        Read(yaml).Policies.Single().Approval!.Expires.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void An_approval_without_details_needs_one_person_within_fifteen_minutes()
    {
        var yaml = Samples.Small + "policies:\n- { name: a, roles: [agent], targets: [shop], approve: { effects: [mass-write], by: [dba] } }";
        Read(yaml).Policies.Single().Approval.ShouldBe(new ApprovalDocument(["dba"], 1, TimeSpan.FromMinutes(15)), Comparer);
    }

    private static readonly IEqualityComparer<ApprovalDocument?> Comparer = EqualityComparer<ApprovalDocument?>.Create(
        (a, b) => a!.By.SequenceEqual(b!.By) && a.Count == b.Count && a.Expires == b.Expires);

    [Fact]
    public void The_identity_section_may_be_absent_or_empty()
    {
        Read("version: 1").Issuers.ShouldBeEmpty();
        Read("version: 1\nidentity: {}").Issuers.ShouldBeEmpty();
        Read("version: 1\nidentity:").Issuers.ShouldBeEmpty();
    }

    [Fact]
    public void A_mask_may_say_that_no_function_is_safe()
    {
        var yaml = Samples.Small + "masks:\n- { name: m, targets: [shop], columns: [a.b.c], with: redact, safe: [] }";
        Read(yaml).Masks.Single().SafeFunctions.ShouldBeEmpty();
    }
}
