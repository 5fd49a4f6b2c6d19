using Hoop.Contracts.Approvals;
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
        document.Issuers.ShouldHaveSingleItem().Claims["name"].ShouldBe("nickname");
        document.Targets["shop"].ShouldSatisfyAllConditions(
            t => t.Address.ShouldBe("10.0.0.5:5432"), t => t.Credential.Password.ShouldBe("env:SHOP_PASSWORD"),
            t => t.CaFile.ShouldBe("/etc/hoop/shop-ca.pem"), t => t.Labels["tier"].ShouldBe("1"));
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
            r => r.Action.ShouldBe(RuleAction.Approve), r => r.TargetLabels["env"].ShouldBe("prod"), r => r.Line.ShouldBe(20),
            r => Step(r).Approvers.ShouldBe([new Approver(ApproverKind.Role, "dba")], Same), r => Step(r).Count.ShouldBe(2), r => r.Approval!.Expires.ShouldBe(TimeSpan.FromMinutes(30)));
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

    [Fact]
    public void Receivers_have_their_targets_settled_and_only_references_to_secrets()
    {
        var receivers = Read(Samples.Whole).Notifications.ToDictionary(r => r.Name);
        receivers["siem"].ShouldSatisfyAllConditions(
            r => r.Kind.ShouldBe(ReceiverKind.Webhook), r => r.Secret.ShouldBe("env:HOOK_SECRET"), r => r.Targets.ShouldBeNull(), r => r.Events.ShouldBe(["*"]), r => r.Reasons.ShouldBeFalse());
        receivers["dba-channel"].ShouldSatisfyAllConditions(r => r.Url.ShouldBe("env:SLACK_URL"), r => r.Targets.ShouldBe(["shop"]), r => r.Roles.ShouldBe(["dba"]));
        receivers["leads"].ShouldSatisfyAllConditions(r => r.Targets.ShouldBe(["lab"]), r => r.Reasons.ShouldBeTrue());
        receivers["oncall"].Mail.ShouldNotBeNull().ShouldSatisfyAllConditions(
            m => m.Server.ShouldBe("mail.example.com:587"), m => m.Password.ShouldBe("env:SMTP_PASSWORD"), m => m.Tls.ShouldBe("starttls"), m => m.To.ShouldBe(["oncall@example.com"]));
        Read(Samples.Small).Notifications.ShouldBeEmpty();
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
        var rule = Read(yaml).Policies.Single();
        rule.Approval!.Expires.ShouldBe(TimeSpan.FromMinutes(15));
        Step(rule).ShouldSatisfyAllConditions(
            step => step.Mode.ShouldBe(StepMode.Any), step => step.Count.ShouldBe(1), step => step.Approvers.ShouldBe([new Approver(ApproverKind.Role, "dba")], Same));
        rule.Approval.Requirement.ShouldSatisfyAllConditions(
            r => r.Veto.ShouldBeEmpty(), r => r.Windows.ShouldBeEmpty(), r => r.Escalation.ShouldBeNull(), r => r.Emergency.ShouldBeNull(), r => r.StepUp.ShouldBe(StepUp.None), r => r.NeedsJustification.ShouldBeFalse());
    }

    [Fact]
    public void An_approval_says_who_in_which_steps_when_and_how_sure()
    {
        var requirement = Read(Samples.Whole).Policies.Single(p => p.Name == "agents-close-books").Approval!.Requirement;

        requirement.Steps[0].ShouldSatisfyAllConditions(
            step => step.Name.ShouldBe("owners"), step => step.Mode.ShouldBe(StepMode.Any), step => step.Count.ShouldBe(2),
            step => step.Approvers.ShouldBe(
            [
                new Approver(ApproverKind.Role, "dba"), new Approver(ApproverKind.Group, "bookkeepers"),
                new Approver(ApproverKind.Person, "bea@example.com"), new Approver(ApproverKind.ManagerOf, "manager"),
            ], Same));
        requirement.Steps[1].ShouldSatisfyAllConditions(
            step => step.Name.ShouldBe("step 2"), step => step.Mode.ShouldBe(StepMode.All), step => step.Count.ShouldBe(2),
            step => step.Approvers.Select(a => a.Name).ShouldBe(["cleo", "https://login.example.com/prod|dan-id"]));
        requirement.Veto.ShouldBe([new Approver(ApproverKind.Role, "dba")], Same);
        requirement.Escalation!.After.ShouldBe(TimeSpan.FromMinutes(10));
        requirement.Escalation.To.ShouldBe([new Approver(ApproverKind.Group, "directors")], Same);
        requirement.StepUp.ShouldBe(StepUp.Passkey);
        requirement.NeedsJustification.ShouldBeTrue();
        requirement.Windows[0].ShouldSatisfyAllConditions(
            w => w.Days.Count.ShouldBe(5), w => w.From.ShouldBe(new TimeOnly(9, 0)), w => w.To.ShouldBe(new TimeOnly(18, 0)), w => w.Zone.ShouldBe("Europe/Berlin"));
        requirement.Windows[1].Days.Count.ShouldBe(7);
        requirement.Emergency!.ShouldSatisfyAllConditions(
            e => e.By.Select(a => a.Name).ShouldBe(["agent", "eve"]), e => e.Review.Count.ShouldBe(2), e => e.ReviewWithin.ShouldBe(TimeSpan.FromHours(8)));
    }

    private static ApprovalStep Step(RuleDocument rule) => rule.Approval!.Requirement.Steps.Single();

    private static readonly IEqualityComparer<Approver> Same = EqualityComparer<Approver>.Create((a, b) => (a!.Kind, a.Name) == (b!.Kind, b.Name));

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
