using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing;
using Hoop.Testing.Wire;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

public class HoldTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static GateAnswer HoldDeletes(Operation operation, PlayedGate gate) =>
        operation.Facts.Accesses.Any(access => access.Verb == "delete") ? gate.Hold(operation) : gate.Permit(operation);

    private static async Task<GatewayRig> StartAsync()
    {
        var rig = await GatewayRig.StartRealAsync("create table t(id int); insert into t values (1)");
        rig.Gate.Decide = HoldDeletes;
        return rig;
    }

    /// <returns>What a CancelRequest must show.</returns>
    private static async Task<BackendKeyData> LogInAsync(WirePeer client)
    {
        await GatewayRig.LogInAsync(client);
        BackendKeyData? key = null;
        while (await client.ReadAsync() is { Type: not 'Z' } message)
            if (message.Type == 'K') key = BackendKeyData.Read(message.Body);
        return key!;
    }

    private static void Delete(System.Buffers.IBufferWriter<byte> output)
    {
        Parse.Write(output, "", "delete from t");
        Bind.WriteText(output, "", "", []);
        Execute.Write(output, "");
    }

    [Fact]
    public async Task A_held_statement_says_so_at_once_and_runs_when_approved()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("delete from t");
        var notice = (await client.ReadAsync())!;
        var hold = await rig.Gate.Held.Task;
        notice.Type.ShouldBe('N');
        notice.Diagnostic.Message.ShouldBe($"waiting for approval {hold.Hold.RequestId}: {hold.Hold.Link}");
        notice.Diagnostic.Detail!.ShouldContain("dba");
        hold.Approve();
        (await client.ReadUntilAsync('Z')).ShouldBe(["C:DELETE 1", "Z:I"]);
    }

    [Fact]
    public async Task A_denial_leaves_the_transaction_as_any_error_would()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("begin");
        await client.ReadUntilAsync('Z');
        await client.QueryAsync("delete from t");
        await client.ReadAsync();
        (await rig.Gate.Held.Task).Deny("not today");
        var error = (await client.ReadAsync())!.Diagnostic;
        (error.SqlState, error.Message).ShouldBe(("42501", "denied by bea: not today"));
        (await client.ReadUntilAsync('Z')).ShouldBe(["Z:E"]);
        await client.QueryAsync("rollback");
        (await client.ReadUntilAsync('Z')).ShouldBe(["C:ROLLBACK", "Z:I"]);
    }

    [Fact]
    public async Task Earlier_answers_of_a_pipeline_come_before_the_notice_and_later_requests_wait()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.SendAsync(output =>
        {
            Parse.Write(output, "", "insert into t values (2)");
            Bind.WriteText(output, "", "", []);
            Execute.Write(output, "");
            Delete(output);
            output.WriteEmpty(FrontendType.Sync);
            output.WriteStringMessage(FrontendType.Query, "select count(*) from t");
        });
        var seen = await client.ReadUntilAsync('N');
        seen.ShouldContain("N:01000");
        (await rig.Gate.Held.Task).Approve();
        seen.AddRange(await client.ReadUntilAsync('Z'));
        seen.Where(message => message[0] != 'N').ShouldBe(["1", "2", "C:INSERT 0 1", "1", "2", "C:DELETE 2", "Z:I"]);
        (await client.ReadUntilAsync('Z')).ShouldBe(["T", "D:0", "C:SELECT 1", "Z:I"]);
    }

    [Fact]
    public async Task A_cancel_withdraws_and_is_answered_as_postgres_would()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.DialAsync();
        var key = await LogInAsync(client);
        await client.QueryAsync("delete from t");
        await client.ReadAsync();
        await using (var other = await rig.DialAsync()) await other.SendAsync(output => StartupPacket.WriteCancel(output, key.ProcessId, key.Secret));
        var error = (await client.ReadAsync())!.Diagnostic;
        (error.SqlState, error.Message).ShouldBe(("57014", "canceling statement due to user request"));
        (await client.ReadUntilAsync('Z')).ShouldBe(["Z:I"]);
        (await (await rig.Gate.Held.Task).Withdrawn).ShouldBe("cancelled");
    }

    [Fact]
    public async Task A_cancel_stops_a_statement_that_is_still_looked_at()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.DialAsync();
        var key = await LogInAsync(client);
        var names = new TaskCompletionSource();
        rig.Catalog.Delay = names.Task;
        await client.QueryAsync("select pg_sleep(1000)");
        await rig.Catalog.Waiting.Task;
        await using (var other = await rig.DialAsync())
        {
            await other.SendAsync(output => StartupPacket.WriteCancel(output, key.ProcessId, key.Secret));
            (await other.ReadAsync()).ShouldBeNull();
        }

        (rig.Catalog.Delay, _) = (null, names.TrySetResult());
        var error = (await client.ReadAsync())!.Diagnostic;
        (error.SqlState, error.Message).ShouldBe(("57014", "canceling statement due to user request"));
        (await client.ReadUntilAsync('Z')).ShouldBe(["Z:I"]);
        // It was for that statement alone.
        await client.QueryAsync("select 1");
        (await client.ReadUntilAsync('Z')).ShouldContain("C:SELECT 1");
    }

    [Fact]
    public async Task A_cancel_with_a_wrong_secret_does_nothing()
    {
        await using var rig = await GatewayRig.StartAsync();
        rig.Gate.Decide = HoldDeletes;
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("delete from t");
        await client.ReadAsync();
        await using (var other = await rig.DialAsync())
        {
            await other.SendAsync(output => StartupPacket.WriteCancel(output, Hoop.Testing.Wire.FakePostgresServer.ProcessId, Hoop.Testing.Wire.FakePostgresServer.Secret));
            (await other.ReadAsync()).ShouldBeNull();
        }

        var hold = await rig.Gate.Held.Task;
        hold.Withdrawn.IsCompleted.ShouldBeFalse();
        hold.Approve();
        await rig.Server.ExpectAsync('Q');
    }

    [Fact]
    public async Task A_client_that_leaves_withdraws()
    {
        await using var rig = await StartAsync();
        var client = await rig.ConnectAsync();
        await client.QueryAsync("delete from t");
        await client.ReadAsync();
        var hold = await rig.Gate.Held.Task;
        await client.DisposeAsync();
        (await hold.Withdrawn.WaitAsync(Patience)).ShouldBe("disconnected");
        (await rig.Gate.Ended.Task.WaitAsync(Patience)).ShouldContain("client closed");
    }

    [Fact]
    public async Task While_held_nothing_flows_to_the_server()
    {
        await using var rig = await GatewayRig.StartAsync();
        rig.Gate.Decide = HoldDeletes;
        await using var client = await rig.ConnectAsync();
        await client.SendAsync(output =>
        {
            output.WriteStringMessage(FrontendType.Query, "delete from t");
            output.WriteStringMessage(FrontendType.Query, "select 1");
        });
        await client.ReadAsync();
        rig.Server.Seen.ShouldBeEmpty();
        (await rig.Gate.Held.Task).Approve();
        (await rig.Server.ExpectAsync('Q')).Text.ShouldBe("delete from t");
        await rig.Server.ReplyCompleteAsync("DELETE 1");
        (await rig.Server.ExpectAsync('Q')).Text.ShouldBe("select 1");
        await rig.Server.ReplyCompleteAsync("SELECT 0");
        (await client.ReadUntilAsync('Z')).ShouldBe(["C:DELETE 1", "Z:I"]);
        (await client.ReadUntilAsync('Z')).ShouldBe(["C:SELECT 0", "Z:I"]);
    }

    [Fact]
    public async Task Every_half_minute_the_client_hears_that_it_still_waits()
    {
        var clock = new ManualClock();
        await using var rig = await GatewayRig.StartAsync(clock: clock);
        rig.Gate.Decide = HoldDeletes;
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("delete from t");
        (await client.ReadAsync())!.Diagnostic.Message.ShouldStartWith("waiting");
        clock.Advance(TimeSpan.FromSeconds(30));
        (await client.ReadAsync())!.Diagnostic.Message.ShouldStartWith("still waiting");
        clock.Advance(TimeSpan.FromSeconds(30));
        (await client.ReadAsync())!.Diagnostic.Message.ShouldStartWith("still waiting");
        (await rig.Gate.Held.Task).Approve();
        await rig.Server.ExpectAsync('Q');
    }

    [Fact]
    public async Task What_was_approved_does_not_run_when_its_names_mean_something_else_by_then()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("delete from t");
        await client.ReadAsync();
        rig.Catalog.Snapshot = new Hoop.Ingress.Sql.Catalog.CatalogSnapshot { Version = 2 };
        (await rig.Gate.Held.Task).Approve();
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:57014", "Z:I"]);
        rig.Gate.Completed.ShouldHaveSingleItem().Result.Succeeded.ShouldBeFalse();
    }
}
