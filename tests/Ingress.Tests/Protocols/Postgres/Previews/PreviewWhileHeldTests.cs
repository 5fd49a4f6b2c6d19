using Hoop.Contracts.Approvals;
using Hoop.Ingress.Protocols.Postgres.Previews;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Previews;

public class PreviewWhileHeldTests
{
    [Fact]
    public async Task Locks_that_the_open_transaction_holds_are_told_with_its_age_and_who_waits_for_it()
    {
        await using var rig = await PreviewRig.ForTransactionsAsync();
        await rig.RunAsync("begin");
        await rig.RunAsync("update orders set total = 0 where id = 1");
        await using var other = await rig.ConnectAsync();
        await using var blocked = new NpgsqlCommand("update orders set total = 1 where id = 1", other);
        var waiting = blocked.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await Testing.Eventually.SeenAsync(() => rig.SeeAsync("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"), count => count is 1L);

        var details = (await rig.HoldAsync("delete from customers where id = 7")).Details!;

        details.Locks.ShouldContain(new PreviewLock("relation", "public.orders", "RowExclusiveLock", true));
        details.TransactionStartedAt!.Value.ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1));
        details.Blocking.ShouldBe(1);
        details.Notes.ShouldContain(note => note.Contains("open transaction"));
        await rig.Client.DisposeAsync();
        await waiting;
    }

    [Fact]
    public async Task Outside_a_transaction_nothing_is_locked()
    {
        await using var rig = await PreviewRig.ForTransactionsAsync();
        var details = (await rig.HoldAsync("delete from customers where id = 7")).Details!;
        details.Locks.ShouldBeEmpty();
        details.TransactionStartedAt.ShouldBeNull();
    }

    [Fact]
    public async Task What_only_the_session_sees_is_not_looked_for_elsewhere()
    {
        await using var rig = await PreviewRig.ForTransactionsAsync();
        await rig.RunAsync("create temp table customers(id int)");
        var preview = await rig.HoldAsync("delete from customers");
        preview.Plan.ShouldBe("No plan: it uses a temporary table, which only its session sees.");
        preview.Details!.Sample.ShouldBeNull();
        preview.Details.Notes.ShouldContain("No rows are shown: it uses a temporary table, which only its session sees.");
    }

    [Fact]
    public async Task A_target_that_lets_the_preview_wait_delays_neither_the_request_nor_the_clients_cancel()
    {
        await using var rig = await PreviewRig.StartAsync();
        // The target's names are read before the table is locked.
        await rig.RunAsync("show timezone");
        await using var other = await rig.ConnectAsync();
        await using (var locking = new NpgsqlCommand("begin; lock table customers", other)) await locking.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await rig.Client.QueryAsync("delete from customers");
        await rig.Client.ReadUntilAsync('N');
        var request = await rig.Rig.Gate.Approvals.Requested;
        rig.Rig.Gate.Holds.Resolve(new ApprovalResolved(request.RequestId, request.IngressId, ApprovalOutcome.Denied, ["bea"], "no", TimeProvider.System.GetUtcNow()));

        (await rig.Client.ReadUntilAsync('Z')).ShouldContain("E:42501");
        rig.Rig.Gate.Approvals.Previews.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_table_that_is_locked_is_given_up_on_and_the_rest_is_told()
    {
        await using var rig = await PreviewRig.StartAsync();
        // The target's names are read before the table is locked.
        await rig.RunAsync("show timezone");
        await using var other = await rig.ConnectAsync();
        await using (var locking = new NpgsqlCommand("begin; lock table customers", other)) await locking.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var preview = await rig.HoldAsync("delete from customers where id = 7");
        preview.Plan.ShouldBe("No plan: the target answered with SQLSTATE 55P03.");
        preview.Details!.Notes.ShouldContain("No rows are shown: the target answered with SQLSTATE 55P03.");
        preview.Details.Tables[0].TotalRows.ShouldBe(500);
        preview.Details.Consequences.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Who_asks_again_sees_what_is_there_now()
    {
        await using var rig = await PreviewRig.StartAsync();
        var first = await rig.HoldAsync("delete from customers where name = 'name 7'");
        first.Details!.Sample!.Rows.Count.ShouldBe(1);
        await rig.BehindAsync("update customers set name = 'other' where id = 7");

        rig.Rig.Gate.Holds.Refresh(new RefreshPreview(first.RequestId, "test"));

        var second = await rig.NextAsync();
        second.RequestId.ShouldBe(first.RequestId);
        second.Details!.Sample!.Rows.ShouldBeEmpty();
        rig.Rig.Gate.Holds.Refresh(new RefreshPreview(Guid.NewGuid(), "test"));
    }

    [Fact]
    public async Task A_target_is_asked_about_four_statements_at_a_time()
    {
        var slots = new PreviewSlots();
        var inside = new List<IDisposable>();
        for (var i = 0; i < 4; i++) inside.Add(await slots.EnterAsync("shop", TestContext.Current.CancellationToken));
        var fifth = slots.EnterAsync("shop", TestContext.Current.CancellationToken);
        fifth.IsCompleted.ShouldBeFalse();
        (await slots.EnterAsync("other", TestContext.Current.CancellationToken)).Dispose();
        inside[0].Dispose();
        (await fifth).Dispose();
        using var leaving = new CancellationTokenSource();
        await leaving.CancelAsync();
        foreach (var place in inside.Skip(1)) place.Dispose();
        await Should.ThrowAsync<OperationCanceledException>(() => slots.EnterAsync("shop", leaving.Token));
    }
}
