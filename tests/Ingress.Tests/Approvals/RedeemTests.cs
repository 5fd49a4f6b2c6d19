using Hoop.Contracts.Approvals;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Tests.Sessions;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Tests.Approvals.Windows;

namespace Hoop.Ingress.Tests.Approvals;

/// <summary>What becomes of an approval that was given, until its operation ran.</summary>
public sealed class RedeemTests
{
    private readonly GateRig rig = new();

    private static ApprovalResolved Approved(Hold hold) => new(hold.RequestId, "test", ApprovalOutcome.Approved, ["bea"], "because", DateTimeOffset.UnixEpoch);

    [Fact]
    public async Task The_limit_that_approvers_set_binds()
    {
        rig.Approvals.MaxRows = 5;
        var hold = await (await rig.OpenAsync()).HeldAsync(Delete());
        rig.Holds.Resolve(Approved(hold));

        var permit = (await hold.Outcome).Permit.ShouldNotBeNull();

        (permit.MaxRows, permit.RequestId).ShouldBe((5, hold.RequestId));
    }

    [Fact]
    public async Task Those_who_approved_hear_how_it_ended_and_what_it_broke()
    {
        var session = await rig.OpenAsync();
        var hold = await session.HeldAsync(Delete());
        rig.Holds.Resolve(Approved(hold));
        var permit = (await hold.Outcome).Permit!;

        session.Complete(permit, new OperationResult(false, "54H01: over", 1204, 0, TimeSpan.Zero, []) { OverLimit = 1000 });

        var told = rig.Approvals.Told.Take(TestContext.Current.CancellationToken);
        (told.RequestId, told.Succeeded, told.Rows, told.OverLimit).ShouldBe((hold.RequestId, false, 1204, 1000));
    }

    [Fact]
    public async Task The_window_that_it_opened_is_used_at_once_by_the_next()
    {
        rig.Hears();
        var session = await rig.OpenAsync();
        var hold = await session.HeldAsync(Delete());
        rig.Approvals.Window = rig.WindowFor(Delete()) with { GrantId = hold.RequestId };
        rig.Holds.Resolve(Approved(hold));

        (await hold.Outcome).Permit!.Revoked.CanBeCanceled.ShouldBeTrue();
        await session.PermittedAsync(Delete());
        rig.Grants.Uses.Untold().ShouldHaveSingleItem().Counted.Uses.ShouldBe(2);
    }

    [Fact]
    public async Task Revoked_between_approval_and_release_it_does_not_run()
    {
        var hold = await (await rig.OpenAsync()).HeldAsync(Delete());
        rig.Approvals.Window = rig.WindowFor(Delete()) with { GrantId = hold.RequestId };
        rig.Grants.Book.End(new GrantEnded(hold.RequestId, "revoked", "bea", "wait", rig.Clock.GetUtcNow()));
        rig.Holds.Resolve(Approved(hold));

        (await hold.Outcome).Refusal!.Code.ShouldBe(RefusalCode.Revoked);
    }

    [Theory, InlineData("disconnected"), InlineData("cancelled")]
    public async Task A_client_that_leaves_before_the_decision_withdraws(string cause)
    {
        var hold = await (await rig.OpenAsync()).HeldAsync(Delete());
        await hold.WithdrawAsync(cause);
        rig.Holds.Resolve(Approved(hold));

        (await hold.Outcome).Permit.ShouldBeNull();
        rig.Approvals.Withdrawn.ShouldHaveSingleItem().Cause.ShouldBe(cause);
        rig.Approvals.Redeemed.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_that_leaves_once_its_approval_is_being_used_has_used_it()
    {
        var hold = await (await rig.OpenAsync()).HeldAsync(Delete());
        rig.Holds.Resolve(Approved(hold));
        (await hold.Outcome).Permit.ShouldNotBeNull();

        await hold.WithdrawAsync("disconnected");

        rig.Approvals.Withdrawn.ShouldBeEmpty();
        rig.Approvals.Redeemed.Count.ShouldBe(1);
    }
}
