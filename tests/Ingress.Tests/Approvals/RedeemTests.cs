using Hoop.Contracts.Approvals;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Operations;
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

    [Theory, InlineData(false), InlineData(true)]
    public async Task Masks_that_came_while_it_waited_hide_what_it_returns(bool whileUsed)
    {
        var session = await rig.OpenAsync();
        var hold = await session.HeldAsync(Delete());
        if (whileUsed) rig.Approvals.Using = MaskMore;
        else MaskMore();
        rig.Holds.Resolve(Approved(hold));

        (await hold.Outcome).Permit.ShouldNotBeNull().Standing.Masks.ForColumn(new ResultColumn("note", [new ColumnSource("public.orders.note", [])], false)).ShouldNotBeNull();
    }

    [Fact]
    public async Task What_was_released_before_masks_came_is_judged_again_if_it_has_not_run()
    {
        var session = await rig.OpenAsync();
        var hold = await session.HeldAsync(Delete());
        rig.Holds.Resolve(Approved(hold));
        var permit = (await hold.Outcome).Permit.ShouldNotBeNull();
        rig.Activate(GateRig.Yaml, 2);
        session.IsCurrent(permit).ShouldBeTrue();

        MaskMore();

        session.IsCurrent(permit).ShouldBeFalse();
    }

    [Fact]
    public async Task A_row_limit_that_came_while_it_waited_binds()
    {
        var session = await rig.OpenAsync();
        var hold = await session.HeldAsync(Delete());
        rig.Activate(GateRig.Yaml.Replace("approve: { verbs: [update, delete], objects: [public.*], by: [dba], count: 1, expires: 15m }", "allow: { verbs: [update, delete], objects: [public.*], maxRows: 7 }"), 2);
        rig.Holds.Resolve(Approved(hold));

        (await hold.Outcome).Permit.ShouldNotBeNull().MaxRows.ShouldBe(7);
    }

    [Fact]
    public async Task A_policy_that_forbids_it_while_its_approval_is_being_used_stops_it_and_all_hear_that_it_did_not_run()
    {
        var session = await rig.OpenAsync();
        var hold = await session.HeldAsync(Delete());
        rig.Approvals.Using = () => rig.Activate(GateRig.Yaml.Replace("approve: {", "block: { effects: [write] } }\n  - { name: other, roles: [dba], targets: [shop], approve: {"), 2);
        rig.Holds.Resolve(Approved(hold));

        (await hold.Outcome).Refusal.ShouldNotBeNull().Message.ShouldContain("the policy changed");
        rig.Approvals.Told.Take(TestContext.Current.CancellationToken).Succeeded.ShouldBeFalse();
        rig.Journal.Events.Count(e => e.Kind == EventKinds.OperationCompleted).ShouldBe(1);
    }

    [Fact]
    public async Task An_approval_whose_use_is_not_answered_is_on_record_as_not_used()
    {
        var session = await rig.OpenAsync();
        var hold = await session.HeldAsync(Delete());
        rig.Approvals.Using = () => throw new TimeoutException();
        rig.Holds.Resolve(Approved(hold));

        (await hold.Outcome).Refusal.ShouldNotBeNull().Code.ShouldBe(RefusalCode.ApprovalUnavailable);
        rig.Journal.Events.Single(e => e.Kind == EventKinds.HoldResolved).Payload.ShouldContain("does not answer");
        rig.Approvals.Told.Take(TestContext.Current.CancellationToken).Succeeded.ShouldBeFalse();
    }

    private void MaskMore() => rig.Activate(GateRig.Yaml + "\n  - { name: notes, targets: [shop], columns: [public.orders.note], with: redact }", 3);

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
