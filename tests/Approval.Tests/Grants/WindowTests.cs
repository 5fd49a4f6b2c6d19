using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Testing;
using MassTransit;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Grants;

/// <summary>A window opens by approval, within what the rules offer, and ends by time, policy or hand.</summary>
public sealed class WindowTests(SagaRig rig)
{
    [Fact]
    public async Task An_approval_opens_the_window_it_grants_and_releases_the_statement_that_asked()
    {
        var request = await rig.GrantedAsync();

        var window = (await rig.OpenGrantsAsync()).Single(grant => grant.GrantId == request.RequestId);
        window.ShouldSatisfyAllConditions(
            w => w.PrincipalId.ShouldBe(request.Requester.Id), w => w.Target.ShouldBe("shop"), w => w.BoundTo.ShouldBe(request.BoundTo),
            w => w.Rules.ShouldBe(["agents-change"]), w => w.GrantedBy.ShouldBe(["bea"]), w => w.PolicyVersion.ShouldBe(1),
            w => (w.ExpiresAt - w.OpenedAt).ShouldBe(TimeSpan.FromMinutes(30)));
        var redeemed = await rig.Ingress.RedeemAsync(request);
        redeemed.Granted.ShouldBeTrue();
        redeemed.Grant!.GrantId.ShouldBe(request.RequestId);
        (await rig.OpenGrantsAsync()).ShouldContain(grant => grant.GrantId == request.RequestId);
    }

    [Fact]
    public async Task Without_terms_it_is_a_single_use()
    {
        var request = await rig.OpenAsync(rig.Offering());
        await rig.Ingress.VoteAsync(Approve(request, Bea));

        (await rig.OpenGrantsAsync()).ShouldNotContain(grant => grant.GrantId == request.RequestId);
        (await rig.Ingress.RedeemAsync(request)).Grant.ShouldBeNull();
    }

    public static TheoryData<string, GrantTerms> Refused => new()
    {
        { "window-too-long", GrantClients.Window(TimeSpan.FromHours(2)) },
        { "window-too-long", GrantClients.Window(TimeSpan.Zero) },
        { "role-not-offered", GrantClients.Window() with { Scope = GrantScope.Role, Role = "admin" } },
        { "role-not-offered", GrantClients.Window() with { Scope = GrantScope.Role } },
        { "bad-grant", GrantClients.Window() with { Role = "dba" } },
        { "values-not-offered", GrantClients.Window() with { Values = GrantValues.Any } },
        { "bad-bounds", GrantClients.Window() with { Values = GrantValues.Bounded } },
        { "bad-bounds", GrantClients.Window() with { Values = GrantValues.Bounded, Bounds = [new ValueBound(2, 1, 100, null)] } },
        { "bad-bounds", GrantClients.Window() with { Values = GrantValues.Bounded, Bounds = [new ValueBound(1, 100, 1, null)] } },
        { "bad-bounds", GrantClients.Window() with { Values = GrantValues.Bounded, Bounds = [new ValueBound(1, 1, null, ["7"])] } },
        { "bad-bounds", GrantClients.Window() with { Values = GrantValues.Bounded, Bounds = [new ValueBound(1, null, null, null)] } },
        { "bad-bounds", GrantClients.Window() with { Bounds = [new ValueBound(1, 1, 100, null)] } },
    };

    [Theory, MemberData(nameof(Refused))]
    public async Task More_than_the_rules_offer_is_refused_and_decides_nothing(string code, GrantTerms terms)
    {
        var request = await rig.OpenAsync(rig.Offering());

        var vote = await rig.Ingress.VoteAsync(Approve(request, Bea) with { Grant = terms });

        (vote.Accepted, vote.Code, vote.State).ShouldBe((false, code, "pending"));
        vote.Message.ShouldNotContain("\n");
    }

    [Fact]
    public async Task Rules_that_offer_nothing_leave_a_single_use_only()
    {
        var request = await rig.OpenAsync();
        (await rig.Ingress.VoteAsync(Approve(request, Bea) with { Grant = GrantClients.Window() })).Code.ShouldBe("no-window");
    }

    [Fact]
    public async Task Of_several_approvers_the_strictest_terms_count()
    {
        var request = await rig.OpenAsync(rig.Offering(needed: 2) with { MaxRows = 1000 });
        var bounded = GrantClients.Window() with { Values = GrantValues.Bounded, Bounds = [new ValueBound(1, 1, 100, null)] };
        await rig.Ingress.VoteAsync(Approve(request, Bea) with { Grant = bounded, MaxRows = 50 });
        await rig.Ingress.VoteAsync(Approve(request, Cleo) with { Grant = bounded with { For = TimeSpan.FromMinutes(5), Bounds = [new ValueBound(1, 40, null, null)] } });

        var window = (await rig.OpenGrantsAsync()).Single(grant => grant.GrantId == request.RequestId);
        (window.ExpiresAt - window.OpenedAt).ShouldBe(TimeSpan.FromMinutes(5));
        window.Bounds.Count.ShouldBe(2);
        window.MaxRows.ShouldBe(50);
        window.GrantedBy.ShouldBe(["bea", "cleo"]);
    }

    [Fact]
    public async Task One_approver_who_grants_no_window_leaves_a_single_use()
    {
        var request = await rig.OpenAsync(rig.Offering(needed: 2));
        await rig.Ingress.VoteAsync(Approve(request, Bea) with { Grant = GrantClients.Window() });
        await rig.Ingress.VoteAsync(Approve(request, Cleo));

        (await rig.Ingress.RedeemAsync(request)).ShouldSatisfyAllConditions(use => use.Granted.ShouldBeTrue(), use => use.Grant.ShouldBeNull());
    }

    [Fact]
    public async Task A_window_ends_by_itself_and_everybody_is_told()
    {
        var told = new TaskCompletionSource<GrantEnded>(TaskCreationOptions.RunContinuationsAsynchronously);
        var request = await rig.OpenAsync(rig.Offering());
        var listening = rig.Ingress.Bus.ConnectReceiveEndpoint($"ended-{request.RequestId:n}", endpoint => endpoint.Handler<GrantEnded>(context =>
        {
            if (context.Message.GrantId == request.RequestId) told.TrySetResult(context.Message);
            return Task.CompletedTask;
        }));
        await listening.Ready;
        await rig.Ingress.VoteAsync(Approve(request, Bea) with { Grant = GrantClients.Window(TimeSpan.FromSeconds(1)) });

        (await told.Task.WaitAsync(TimeSpan.FromSeconds(20))).Cause.ShouldBe("expired");
        (await rig.OpenGrantsAsync()).ShouldNotContain(grant => grant.GrantId == request.RequestId);
        await listening.StopAsync();
    }

    [Fact]
    public async Task It_ends_where_the_rule_s_own_hours_do()
    {
        var now = TimeProvider.System.GetUtcNow();
        var (from, to) = (TimeOnly.FromDateTime(now.UtcDateTime.AddMinutes(-5)), TimeOnly.FromDateTime(now.UtcDateTime.AddMinutes(5)));
        var hours = new ApprovalWindow([.. Enum.GetValues<DayOfWeek>()], from, to, "UTC");
        var request = await rig.OpenAsync(rig.Offering() with { Requirements = [Needs(1) with { Windows = [hours] }] });
        await rig.Ingress.VoteAsync(Approve(request, Bea) with { Grant = GrantClients.Window() });

        var window = (await rig.OpenGrantsAsync()).Single(grant => grant.GrantId == request.RequestId);
        (window.ExpiresAt - window.OpenedAt).ShouldBeInRange(TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(7));
    }

    [Fact]
    public async Task A_new_policy_version_ends_it()
    {
        // The instances' policy has version 1.
        var request = await rig.OpenAsync(rig.Offering() with { PolicyVersion = 0 });
        await rig.Ingress.VoteAsync(Approve(request, Bea) with { Grant = GrantClients.Window() });
        using var bea = rig.Client(Bea);

        var grant = await Eventually.SeenAsync(() => bea.GrantAsync(request.RequestId), grant => grant.Text("state") == "ended");

        grant.Text("endReason").ShouldBe("the policy changed");
        (await rig.OpenGrantsAsync()).ShouldNotContain(open => open.GrantId == request.RequestId);
    }

    [Fact]
    public async Task Uses_are_counted_once_however_often_they_are_told()
    {
        var request = await rig.GrantedAsync();
        var at = TimeProvider.System.GetUtcNow();
        foreach (var uses in new long[] { 1, 3, 3, 2 }) await rig.Ingress.PublishAsync(new GrantUsesCounted(request.RequestId, "one", uses, at));
        await rig.Ingress.PublishAsync(new GrantUsesCounted(request.RequestId, "other", 4, at));
        using var bea = rig.Client(Bea);

        await Eventually.SeenAsync(() => bea.GrantAsync(request.RequestId), grant => grant.GetProperty("uses").GetInt64() == 7);
    }
}
