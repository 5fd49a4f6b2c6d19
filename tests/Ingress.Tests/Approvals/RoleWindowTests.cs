using Hoop.Contracts.Approvals;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Tests.Sessions;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Tests.Approvals.Windows;

namespace Hoop.Ingress.Tests.Approvals;

/// <summary>While people have given a principal a role, it may do what the role may do by itself, and no rule against it is lost.</summary>
public sealed class RoleWindowTests
{
    private const string WithDba = """
          - { name: dba-all, roles: [dba], targets: [shop], allow: { verbs: [select, insert, update, delete], objects: [public.*, private.*] } }
          - { name: dba-asks, roles: [dba], targets: [shop], approve: { verbs: [insert], objects: [public.*], by: [dba] } }
          - { name: agents-never, roles: [agent], targets: [shop], block: { verbs: [select, delete], objects: [public.secrets] } }
        masks:
        """;

    private readonly GateRig rig = new(GateRig.Yaml.Replace("masks:\n", WithDba.TrimStart(' ') .Insert(0, "  ") + "\n", StringComparison.Ordinal));

    [Fact]
    public async Task What_the_role_may_passes_what_asked_for_it_included()
    {
        var session = await rig.OpenAsync();
        await session.HeldAsync(Delete());
        var window = rig.RoleWindow();
        rig.Hears(window);

        (await session.PermittedAsync(Delete())).Rules.ShouldBe(["dba-all", "change"]);
        await session.PermittedAsync(GateRig.Operation("select", "private.notes"));

        rig.Journal.Events[^1].Payload.ShouldContain($"\"grantId\":\"{window.GrantId}\"");
        rig.Grants.Uses.Untold().ShouldHaveSingleItem().Counted.Uses.ShouldBe(2);
    }

    [Fact]
    public async Task What_it_may_by_itself_does_not_run_on_the_window()
    {
        rig.Hears(rig.RoleWindow("none"));
        (await (await rig.OpenAsync()).PermittedAsync(GateRig.Operation("select"))).Revoked.CanBeCanceled.ShouldBeFalse();
    }

    [Fact]
    public async Task Rules_against_it_stand_whoever_they_are_for()
    {
        rig.Hears(rig.RoleWindow());
        var session = await rig.OpenAsync();

        (await session.AskAsync(GateRig.Operation("delete", "public.secrets", Effects.Write))).Refusal!.Code.ShouldBe(RefusalCode.Blocked);
        (await session.AskAsync(GateRig.Operation("insert", effects: Effects.Write))).Hold.ShouldNotBeNull("the role has to ask too");
        (await session.AskAsync(GateRig.Operation("truncate", effects: Effects.Write | Effects.Destructive))).Refusal.ShouldNotBeNull();
    }

    [Fact]
    public async Task Approvals_of_other_rules_are_still_needed()
    {
        rig.Hears(rig.RoleWindow() with { Rules = ["another"] });
        await (await rig.OpenAsync()).HeldAsync(Delete());
    }

    [Fact]
    public async Task It_sees_what_the_role_sees_and_that_runs_on_the_window()
    {
        var session = await rig.OpenAsync();
        var own = await session.PermittedAsync(GateRig.Operation("select", "public.customers"));
        rig.Hears(rig.RoleWindow());

        var granted = await session.PermittedAsync(GateRig.Operation("select", "public.customers"));

        own.Standing.Masks.IsEmpty.ShouldBeFalse();
        granted.Standing.Masks.IsEmpty.ShouldBeTrue();
        granted.Revoked.CanBeCanceled.ShouldBeTrue();
        session.Standing.Masks.IsEmpty.ShouldBeFalse("text that belongs to no operation is masked as ever");
    }

    [Fact]
    public async Task It_is_over_in_sessions_that_are_open()
    {
        var session = await rig.OpenAsync();
        var window = rig.RoleWindow();
        rig.Hears(window);
        var permit = await session.PermittedAsync(Delete());

        rig.Grants.Book.End(new GrantEnded(window.GrantId, "revoked", "bea", "enough", rig.Clock.GetUtcNow()));

        permit.Revoked.IsCancellationRequested.ShouldBeTrue();
        await session.HeldAsync(Delete());
        (await session.PermittedAsync(GateRig.Operation("select", "public.customers"))).Standing.Masks.IsEmpty.ShouldBeFalse();
    }

    [Fact]
    public async Task Time_contact_and_policy_end_it_between_two_statements()
    {
        var session = await rig.OpenAsync();
        rig.Hears(rig.RoleWindow());
        await session.PermittedAsync(Delete());
        rig.Clock.Advance(TimeSpan.FromSeconds(30));
        await session.HeldAsync(Delete());

        rig.Hears(rig.RoleWindow() with { ExpiresAt = rig.Clock.GetUtcNow() + TimeSpan.FromSeconds(5) });
        await session.PermittedAsync(Delete());
        rig.Clock.Advance(TimeSpan.FromSeconds(5));
        await session.HeldAsync(Delete());
    }

    [Fact]
    public async Task Windows_of_others_change_nothing_of_what_a_session_remembers()
    {
        var session = await rig.OpenAsync();
        await session.PermittedAsync(GateRig.Operation("select"));
        var standing = session.Standing;

        rig.Hears(rig.RoleWindow() with { PrincipalId = "https://id|agent-2" });

        session.Standing.ShouldBeSameAs(standing);
    }
}
