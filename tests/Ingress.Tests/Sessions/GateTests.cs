using System.Text.Json.Nodes;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Journal;
using Hoop.Ingress.Sessions;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Sessions;

public class GateTests
{
    private static readonly Operation Write = GateRig.Operation("insert", effects: Effects.Write);
    private static readonly Operation Commit = Write with { Text = "commit", Facts = Write.Facts with { Plumbing = true, Accesses = [], Effects = Effects.None } };
    private static readonly string Writers = GateRig.Yaml.Replace("verbs: [select]", "verbs: [select, insert]");
    private static readonly string Everything = GateRig.Yaml.Replace("verbs: [select], objects: [public.*]", "verbs: [\"*\"], objects: [\"*\"], effects: [\"*\"]");

    [Fact]
    public async Task An_allowed_read_is_journalled_before_its_permit_is_given()
    {
        var rig = new GateRig();
        var session = await rig.OpenAsync();

        var answer = await session.AskAsync(GateRig.Operation("select"), CancellationToken.None);

        answer.Permit.ShouldNotBeNull();
        rig.Journal.Kinds.ShouldBe([EventKinds.SessionStarted, EventKinds.OperationDecided]);
        rig.Journal.DurabilityOf(EventKinds.OperationDecided).ShouldBe(Durability.Written);
    }

    [Fact]
    public async Task Values_compared_with_a_masked_column_are_not_recorded()
    {
        var rig = new GateRig();
        var session = await rig.OpenAsync();
        await session.AskAsync(GateRig.Operation("select", uses: new ColumnUse("public.customers.ssn", ColumnUseKind.Equality)) with { BindValues = ["900-45-0001", null] }, CancellationToken.None);
        await session.AskAsync(GateRig.Operation("select", uses: new ColumnUse("public.customers.id", ColumnUseKind.Equality)) with { BindValues = ["17"] }, CancellationToken.None);
        var recorded = rig.Journal.Events.Where(e => e.Kind == EventKinds.OperationDecided).Select(e => e.Payload).ToList();
        recorded[0].ShouldContain("[\"***\",null]");
        recorded[1].ShouldContain("[\"17\"]");
    }

    [Theory]
    [InlineData("shop", "password=CANARY")]
    [InlineData("shop", "psql postgres://app:CANARY@db/shop")]
    [InlineData("postgres://app:CANARY@db/shop", "psql")]
    [InlineData("password=CANARY", null)]
    public async Task What_clients_call_themselves_and_their_target_is_recorded_without_secrets(string target, string? driver)
    {
        var rig = new GateRig();

        await rig.Gate.OpenAsync(GateRig.Agent, target, "postgres", new ClientInfo("127.0.0.1", true, driver), CancellationToken.None);

        rig.Journal.Events.ShouldHaveSingleItem().Payload.ShouldNotContain("CANARY");
        rig.Journal.Events[0].Payload.ShouldContain("***");
    }

    [Fact]
    public async Task Anything_but_a_pure_read_is_synced()
    {
        var rig = new GateRig();
        var session = await rig.OpenAsync();
        await session.AskAsync(GateRig.Operation("drop", effects: Effects.Destructive), CancellationToken.None);
        rig.Journal.DurabilityOf(EventKinds.OperationDecided).ShouldBe(Durability.Synced);
    }

    [Fact]
    public async Task Where_audit_does_not_keep_up_each_statement_waits_before_it_is_decided_and_recorded()
    {
        var rig = new GateRig();
        var session = await rig.OpenAsync();
        rig.Journal.Wait = TimeSpan.FromMilliseconds(10);

        var allowed = session.AskAsync(GateRig.Operation("select"), CancellationToken.None).AsTask();
        allowed.IsCompleted.ShouldBeFalse();
        rig.Journal.Kinds.ShouldBe([EventKinds.SessionStarted]);
        rig.Clock.Advance(TimeSpan.FromMilliseconds(10));
        (await allowed).Permit.ShouldNotBeNull();

        var foreseen = session.ForeseeAsync(GateRig.Operation("drop", effects: Effects.Destructive), runs: false, CancellationToken.None).AsTask();
        foreseen.IsCompleted.ShouldBeFalse();
        rig.Clock.Advance(TimeSpan.FromMilliseconds(10));
        (await foreseen).ShouldNotBeNull();

        rig.Journal.Wait = TimeSpan.Zero;
        (await session.AskAsync(GateRig.Operation("select"), CancellationToken.None)).Permit.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_session_that_ends_while_a_statement_waits_for_audit_runs_nothing_of_it()
    {
        var rig = new GateRig();
        var session = await rig.OpenAsync();
        rig.Journal.Wait = TimeSpan.FromSeconds(1);
        using var over = new CancellationTokenSource();

        var asked = session.AskAsync(GateRig.Operation("select"), over.Token).AsTask();
        await over.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(asked);
        rig.Journal.Kinds.ShouldBe([EventKinds.SessionStarted]);
    }

    [Fact]
    public async Task Many_permitted_writes_wait_for_the_disk_once()
    {
        var rig = new GateRig(Writers);
        var session = await rig.OpenAsync();
        var disk = new TaskCompletionSource();
        rig.Journal.Disk = () => disk.Task;
        for (var i = 0; i < 1000; i++) (await session.AskAsync(Write, CancellationToken.None)).Permit.ShouldNotBeNull();

        var durable = session.DurableAsync(CancellationToken.None).AsTask();
        durable.IsCompleted.ShouldBeFalse();
        disk.SetResult();
        await durable;
        rig.Journal.DurabilityOf(EventKinds.OperationDecided).ShouldBe(Durability.Synced);
        rig.Journal.Syncs.ShouldBe(1);
    }

    [Fact]
    public async Task Reads_wait_for_no_disk()
    {
        var rig = new GateRig();
        var session = await rig.OpenAsync();
        await session.AskAsync(GateRig.Operation("select"), CancellationToken.None);
        session.DurableAsync(CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue();
        rig.Journal.Syncs.ShouldBe(0);
    }

    [Fact]
    public async Task In_an_open_transaction_the_commit_waits_for_the_disk_and_the_writes_before_it_do_not()
    {
        var rig = new GateRig(Writers);
        var session = await rig.OpenAsync();
        await session.AskAsync(Write with { AwaitsCommit = true }, CancellationToken.None);
        await session.AskAsync(GateRig.Operation("select") with { AwaitsCommit = true }, CancellationToken.None);
        session.DurableAsync(CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue();
        rig.Journal.Syncs.ShouldBe(0);

        var disk = new TaskCompletionSource();
        rig.Journal.Disk = () => disk.Task;
        await session.AskAsync(Commit, CancellationToken.None);
        var durable = session.DurableAsync(CancellationToken.None).AsTask();
        durable.IsCompleted.ShouldBeFalse();
        disk.SetResult();
        await durable;
        rig.Journal.Syncs.ShouldBe(1);
    }

    [Fact]
    public async Task A_commit_of_reads_waits_for_no_disk()
    {
        var rig = new GateRig();
        var session = await rig.OpenAsync();
        await session.AskAsync(GateRig.Operation("select") with { AwaitsCommit = true }, CancellationToken.None);
        await session.AskAsync(Commit, CancellationToken.None);
        session.DurableAsync(CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Theory]
    [InlineData("call", "function", Effects.Write)]
    [InlineData("insert", "table", Effects.Write | Effects.Network)]
    [InlineData("insert", "table", Effects.Write | Effects.Unknown)]
    public async Task What_may_outlast_its_transaction_waits_for_the_disk(string verb, string kind, Effects effects)
    {
        var rig = new GateRig(Everything);
        var session = await rig.OpenAsync();
        var operation = GateRig.Operation(verb, effects: effects) with { AwaitsCommit = true };
        operation = operation with { Facts = operation.Facts with { Accesses = [new ObjectAccess(verb, kind, "public.orders")] } };
        var disk = new TaskCompletionSource();
        rig.Journal.Disk = () => disk.Task;
        (await session.AskAsync(operation, CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(30))).Permit.ShouldNotBeNull();
        session.DurableAsync(CancellationToken.None).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_disk_that_fails_is_told_to_whoever_forwards()
    {
        var rig = new GateRig(Writers);
        var session = await rig.OpenAsync();
        rig.Journal.Disk = () => Task.FromException(new JournalUnavailableException("The journal's disk failed."));
        (await session.AskAsync(Write, CancellationToken.None)).Permit.ShouldNotBeNull();
        await Should.ThrowAsync<JournalUnavailableException>(async () => await session.DurableAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_refused_write_is_on_the_disk_before_it_is_told()
    {
        var rig = new GateRig();
        var session = await rig.OpenAsync();
        var disk = new TaskCompletionSource();
        rig.Journal.Disk = () => disk.Task;
        var asked = session.AskAsync(GateRig.Operation("drop", effects: Effects.Destructive), CancellationToken.None).AsTask();
        asked.IsCompleted.ShouldBeFalse();
        disk.SetResult();
        (await asked).Refusal.ShouldNotBeNull();
    }

    [Fact]
    public async Task An_error_while_deciding_is_a_refusal_whenever_it_is_asked()
    {
        var rig = new GateRig();
        var session = await rig.OpenAsync();
        var broken = GateRig.Operation("select") with { Facts = GateRig.Operation("select").Facts with { Accesses = null! } };
        (await session.AskAsync(broken, CancellationToken.None)).Refusal!.Code.ShouldBe(RefusalCode.Internal);
        (await session.ForeseeAsync(broken, runs: false, CancellationToken.None))!.Code.ShouldBe(RefusalCode.Internal);
    }

    [Fact]
    public async Task A_repeated_statement_is_recorded_the_same_every_time()
    {
        var rig = new GateRig();
        var session = await rig.OpenAsync();
        var (first, other) = (GateRig.Operation("select") with { Text = "select 'é€😀\n\"'" }, GateRig.Operation("select") with { Text = "select 2" });
        foreach (var operation in (Operation[])[first, first, first, other with { Facts = first.Facts }, first, other])
            await session.AskAsync(operation, CancellationToken.None);
        var recorded = rig.Journal.Events.Where(e => e.Kind == EventKinds.OperationDecided).Select(e => JsonNode.Parse(e.Payload)!.AsObject()).ToList();
        recorded.Select(e => (string)e["text"]!).ShouldBe([first.Text, first.Text, first.Text, other.Text, first.Text, other.Text]);
        recorded.Select(e => (int)e["operation"]!).ShouldBe([1, 2, 3, 4, 5, 6]);
        foreach (var e in recorded) (e["operation"], e["text"]) = (null, null);
        recorded.Select(e => e.ToJsonString()).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_is_permitted_that_cannot_be_journalled()
    {
        var rig = new GateRig();
        var session = await rig.OpenAsync();
        rig.Journal.Broken = true;

        (await session.AskAsync(GateRig.Operation("select"), CancellationToken.None)).Refusal!.Code.ShouldBe(RefusalCode.JournalUnavailable);
        (await rig.Gate.OpenAsync(GateRig.Agent, "shop", "postgres", new ClientInfo("x", true, null), CancellationToken.None)).Refusal!.Code.ShouldBe(RefusalCode.JournalUnavailable);
    }

    [Fact]
    public async Task With_no_policy_nothing_opens() =>
        (await new GateRig(yaml: null).Gate.OpenAsync(GateRig.Agent, "shop", "postgres", new ClientInfo("x", true, null), CancellationToken.None)).Refusal!.Code.ShouldBe(RefusalCode.NoPolicy);

    [Fact]
    public async Task A_target_that_is_not_yours_looks_like_one_that_is_not_there()
    {
        var rig = new GateRig();
        var client = new ClientInfo("x", true, null);
        var stranger = GateRig.Agent with { Groups = [] };
        var (_, notYours) = await rig.Gate.OpenAsync(stranger, "shop", "postgres", client, CancellationToken.None);
        var (_, notThere) = await rig.Gate.OpenAsync(stranger, "nowhere", "postgres", client, CancellationToken.None);
        rig.Journal.Kinds.ShouldBe([EventKinds.SessionRefused, EventKinds.SessionRefused]);
        notYours!.Message.Replace("shop", "X").ShouldBe(notThere!.Message.Replace("nowhere", "X"));
    }

    [Fact]
    public async Task A_blocked_operation_names_its_rule()
    {
        var session = await new GateRig().OpenAsync();
        var refusal = (await session.AskAsync(GateRig.Operation("drop", effects: Effects.Destructive), CancellationToken.None)).Refusal!;
        refusal.Rule.ShouldBe("nobody");
        refusal.Message.ShouldContain("nobody");
    }

    [Fact]
    public async Task A_range_over_a_masked_column_is_refused_and_recorded()
    {
        var rig = new GateRig();
        var session = await rig.OpenAsync();
        var operation = GateRig.Operation("select", "public.customers", Effects.Read, new ColumnUse("public.customers.ssn", ColumnUseKind.Range));

        (await session.AskAsync(operation, CancellationToken.None)).Refusal!.Code.ShouldBe(RefusalCode.MaskedPredicate);
        rig.Journal.Events[^1].Payload.ShouldContain("\"outcome\":\"block\"");
    }

    [Fact]
    public async Task An_approved_hold_is_redeemed_once_and_then_permitted()
    {
        var rig = new GateRig();
        var session = await rig.OpenAsync();
        var hold = (await session.AskAsync(GateRig.Operation("delete", effects: Effects.Write), CancellationToken.None)).Hold!;
        rig.Holds.Resolve(Resolved(hold, ApprovalOutcome.Approved));
        rig.Holds.Resolve(Resolved(hold, ApprovalOutcome.Approved));

        (await hold.Outcome).Permit.ShouldNotBeNull();
        rig.Approvals.Redeemed.Count.ShouldBe(1);
        rig.Approvals.Redeemed[0].BoundTo.ShouldBe((await rig.Approvals.Requested).BoundTo);
        rig.Journal.Kinds[^1].ShouldBe(EventKinds.HoldResolved);
        rig.Holds.Count.ShouldBe(0);
    }

    [Fact]
    public async Task An_approval_that_was_used_elsewhere_permits_nothing()
    {
        var rig = new GateRig();
        rig.Approvals.Grants = false;
        var hold = (await (await rig.OpenAsync()).AskAsync(GateRig.Operation("delete", effects: Effects.Write), CancellationToken.None)).Hold!;
        rig.Holds.Resolve(Resolved(hold, ApprovalOutcome.Approved));
        (await hold.Outcome).Permit.ShouldBeNull();
    }

    [Theory]
    [InlineData(ApprovalOutcome.Denied, RefusalCode.Denied)]
    [InlineData(ApprovalOutcome.Expired, RefusalCode.Expired)]
    [InlineData(ApprovalOutcome.Withdrawn, RefusalCode.Withdrawn)]
    public async Task Every_other_end_refuses_with_its_own_code(ApprovalOutcome outcome, RefusalCode code)
    {
        var rig = new GateRig();
        var hold = (await (await rig.OpenAsync()).AskAsync(GateRig.Operation("delete", effects: Effects.Write), CancellationToken.None)).Hold!;
        rig.Holds.Resolve(Resolved(hold, outcome));
        var refusal = (await hold.Outcome).Refusal!;
        refusal.Code.ShouldBe(code);
        refusal.RequestId.ShouldBe(hold.RequestId);
        rig.Approvals.Redeemed.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_withdrawal_wins_over_a_late_approval()
    {
        var rig = new GateRig();
        var hold = (await (await rig.OpenAsync()).AskAsync(GateRig.Operation("delete", effects: Effects.Write), CancellationToken.None)).Hold!;
        await hold.WithdrawAsync("cancelled");
        rig.Holds.Resolve(Resolved(hold, ApprovalOutcome.Approved));

        (await hold.Outcome).Refusal!.Code.ShouldBe(RefusalCode.Cancelled);
        rig.Approvals.Withdrawn.Single().Cause.ShouldBe("cancelled");
        rig.Approvals.Redeemed.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_hold_nobody_answers_ends_by_itself_after_its_expiry()
    {
        var rig = new GateRig();
        var hold = (await (await rig.OpenAsync()).AskAsync(GateRig.Operation("delete", effects: Effects.Write), CancellationToken.None)).Hold!;
        rig.Clock.Advance(TimeSpan.FromMinutes(15) + TimeSpan.FromSeconds(6));
        (await hold.Outcome).Refusal!.Code.ShouldBe(RefusalCode.Expired);
    }

    [Fact]
    public async Task A_hold_that_is_over_when_it_begins_because_the_clock_jumped_is_refused_as_expired()
    {
        var rig = new GateRig();
        var session = await rig.OpenAsync();
        rig.Approvals.Delivering = () => rig.Clock.Advance(TimeSpan.FromDays(1));
        var hold = (await session.AskAsync(GateRig.Operation("delete", effects: Effects.Write), CancellationToken.None)).Hold!;

        (await hold.Outcome).Refusal!.Code.ShouldBe(RefusalCode.Expired);
    }

    [Fact]
    public async Task A_policy_that_forbids_it_meanwhile_refuses_what_was_approved()
    {
        var rig = new GateRig();
        var hold = (await (await rig.OpenAsync()).AskAsync(GateRig.Operation("delete", effects: Effects.Write), CancellationToken.None)).Hold!;
        rig.Activate(GateRig.Yaml.Replace("effects: [destructive]", "effects: [destructive, write]"), 2);
        rig.Holds.Resolve(Resolved(hold, ApprovalOutcome.Approved));
        (await hold.Outcome).Permit.ShouldBeNull();
        rig.Approvals.Redeemed.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("count: 2", false)]
    [InlineData("count: 1, stepUp: fresh", false)]
    [InlineData("count: 1, expires: 10m", true)]
    public async Task A_policy_that_asks_for_more_by_the_same_rule_refuses_what_was_approved(string approval, bool permitted)
    {
        var rig = new GateRig();
        var hold = (await (await rig.OpenAsync()).AskAsync(GateRig.Operation("delete", effects: Effects.Write), CancellationToken.None)).Hold!;
        rig.Activate(GateRig.Yaml.Replace("count: 1, expires: 15m", approval), 2);
        rig.Holds.Resolve(Resolved(hold, ApprovalOutcome.Approved));
        ((await hold.Outcome).Permit is not null).ShouldBe(permitted);
    }

    [Fact]
    public async Task A_request_that_cannot_be_delivered_is_refused()
    {
        var rig = new GateRig();
        rig.Approvals.Down = true;
        (await (await rig.OpenAsync()).AskAsync(GateRig.Operation("delete", effects: Effects.Write), CancellationToken.None)).Refusal!.Code.ShouldBe(RefusalCode.ApprovalUnavailable);
        rig.Holds.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_sessions_events_form_one_chain()
    {
        var rig = new GateRig();
        var session = await rig.OpenAsync();
        var permit = (await session.AskAsync(GateRig.Operation("select"), CancellationToken.None)).Permit!;
        session.Complete(permit, new OperationResult(true, "SELECT 1", 1, 10, TimeSpan.FromMilliseconds(1), []));
        await session.EndAsync("client closed");
        await session.EndAsync("again");

        rig.Journal.Kinds.ShouldBe([EventKinds.SessionStarted, EventKinds.OperationDecided, EventKinds.OperationCompleted, EventKinds.SessionEnded]);
        for (var i = 1; i < rig.Journal.Events.Count; i++) rig.Journal.Events[i].PreviousHash.ShouldBe(rig.Journal.Events[i - 1].Hash);
    }

    private static ApprovalResolved Resolved(Hold hold, ApprovalOutcome outcome) =>
        new(hold.RequestId, "test", outcome, ["bea"], "because", DateTimeOffset.UnixEpoch);
}
