using System.Buffers;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

public class RefusalTests
{
    internal static GateAnswer NoDrops(Operation operation, PlayedGate gate) =>
        operation.Facts.Accesses.Any(access => access.Verb == "drop") ? PlayedGate.Block() : gate.Permit(operation);

    private static void Prepared(IBufferWriter<byte> output, string sql, string name = "")
    {
        Parse.Write(output, name, sql);
        Bind.WriteText(output, name, name, []);
        Execute.Write(output, name);
    }

    [Fact]
    public async Task A_refused_query_never_reaches_the_server_and_the_connection_goes_on()
    {
        await using var rig = await GatewayRig.StartAsync();
        rig.Gate.Decide = NoDrops;
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("drop table t");
        var error = (await client.ReadAsync())!.Diagnostic;
        (error.Severity, error.SqlState, error.Hint).ShouldBe(("ERROR", "42501", "Ask somebody."));
        error.Detail!.ShouldContain("nobody-destroys");
        (await client.ReadUntilAsync('Z')).ShouldBe(["Z:I"]);
        rig.Server.Seen.ShouldBeEmpty();

        await client.QueryAsync("select 1");
        await rig.Server.ExpectAsync('Q');
        await rig.Server.ReplyCompleteAsync("SELECT 0");
        (await client.ReadUntilAsync('Z')).ShouldBe(["C:SELECT 0", "Z:I"]);
    }

    [Fact]
    public async Task A_refusal_between_pipelined_queries_keeps_its_place()
    {
        await using var rig = await GatewayRig.StartRealAsync();
        rig.Gate.Decide = NoDrops;
        await using var client = await rig.ConnectAsync();
        await client.SendAsync(output =>
        {
            output.WriteStringMessage(FrontendType.Query, "select pg_sleep(0.1), 1");
            output.WriteStringMessage(FrontendType.Query, "drop table t");
            output.WriteStringMessage(FrontendType.Query, "select 3");
        });
        (await client.ReadUntilAsync('Z')).ShouldBe(["T", "D:|1", "C:SELECT 1", "Z:I"]);
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:42501", "Z:I"]);
        (await client.ReadUntilAsync('Z')).ShouldBe(["T", "D:3", "C:SELECT 1", "Z:I"]);
    }

    [Fact]
    public async Task A_refusal_fails_the_open_transaction_as_any_error_would()
    {
        await using var rig = await GatewayRig.StartRealAsync("create table t(id int)");
        rig.Gate.Decide = NoDrops;
        await using var client = await rig.ConnectAsync();
        await ExpectAsync("begin", "C:BEGIN", "Z:T");
        await ExpectAsync("insert into t values (1)", "C:INSERT 0 1", "Z:T");
        await ExpectAsync("savepoint a", "C:SAVEPOINT", "Z:T");
        await ExpectAsync("drop table t", "E:42501", "Z:E");
        await ExpectAsync("select 1", "E:25P02", "Z:E");
        await ExpectAsync("rollback to a", "C:ROLLBACK", "Z:T");
        await ExpectAsync("commit", "C:COMMIT", "Z:I");
        await ExpectAsync("select count(*) from t", "T", "D:1", "C:SELECT 1", "Z:I");

        async Task ExpectAsync(string sql, params string[] answer)
        {
            await client.QueryAsync(sql);
            (await client.ReadUntilAsync('Z')).ShouldBe(answer);
        }
    }

    [Fact]
    public async Task A_refused_execute_takes_its_pipeline_down_and_what_ran_before_it_is_rolled_back()
    {
        await using var rig = await GatewayRig.StartRealAsync("create table t(id int)");
        rig.Gate.Decide = NoDrops;
        await using var client = await rig.ConnectAsync();
        await client.SendAsync(output =>
        {
            Prepared(output, "insert into t values (1)");
            Prepared(output, "drop table t");
            Prepared(output, "insert into t values (2)");
            output.WriteEmpty(FrontendType.Sync);
            Prepared(output, "select count(*) from t");
            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldBe(["1", "2", "C:INSERT 0 1", "1", "2", "E:42501", "Z:I"]);
        (await client.ReadUntilAsync('Z')).ShouldBe(["1", "2", "D:0", "C:SELECT 1", "Z:I"]);
    }

    [Fact]
    public async Task What_the_server_passes_over_is_recorded_as_not_run()
    {
        await using var rig = await GatewayRig.StartRealAsync("create table t(id int)");
        await using var client = await rig.ConnectAsync();
        await client.SendAsync(output =>
        {
            Prepared(output, "select 1/0");
            Prepared(output, "insert into t values (2)");
            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldBe(["1", "E:22012", "Z:I"], ignoreOrder: false);
        await client.QueryAsync("select 1");
        await client.ReadUntilAsync('Z');
        rig.Gate.Completed.Where(done => !done.Result.Succeeded).Select(done => done.Permit.Operation.Text)
            .ShouldBeSubsetOf(["select 1/0", "insert into t values (2)"]);
        rig.Gate.Completed.ShouldNotContain(done => done.Permit.Operation.Text.StartsWith("insert") && done.Result.Succeeded);
    }

    [Fact]
    public async Task Names_the_server_rejected_never_stand_for_what_it_runs()
    {
        await using var rig = await GatewayRig.StartRealAsync("create table t(id int)");
        rig.Gate.Decide = NoDrops;
        await using var client = await rig.ConnectAsync();
        // The second Parse fails, since the name is taken; the statement under it stays the first.
        await client.SendAsync(output =>
        {
            Parse.Write(output, "s", "drop table t");
            output.WriteEmpty(FrontendType.Sync);
            Parse.Write(output, "s", "select 1");
            output.WriteEmpty(FrontendType.Sync);
            Bind.WriteText(output, "", "s", []);
            Execute.Write(output, "");
            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldBe(["1", "Z:I"]);
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:42P05", "Z:I"]);
        (await client.ReadUntilAsync('Z')).ShouldBe(["2", "E:42501", "Z:I"]);
    }

    [Fact]
    public async Task Executing_what_nobody_saw_bound_is_not_understood()
    {
        await using var rig = await GatewayRig.StartRealAsync();
        await using var client = await rig.ConnectAsync();
        rig.Gate.Decide = static (operation, gate) => operation.Facts.Understood ? gate.Permit(operation) : PlayedGate.Block("not understood");
        await client.SendAsync(output =>
        {
            Execute.Write(output, "never-bound");
            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:42501", "Z:I"]);
    }

    [Fact]
    public async Task A_statement_over_the_limit_is_refused_unread_and_the_connection_goes_on()
    {
        await using var rig = await GatewayRig.StartRealAsync(configure: options => options.StatementLimit = 100_000);
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("select 1 /* " + new string('x', 3_000_000) + " */");
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:54000", "Z:I"]);
        await client.SendAsync(output =>
        {
            Parse.Write(output, "", "select 1 /* " + new string('x', 3_000_000) + " */");
            Bind.WriteText(output, "", "", []);
            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:54000", "Z:I"]);
        await client.QueryAsync("select 1");
        (await client.ReadUntilAsync('Z')).ShouldBe(["T", "D:1", "C:SELECT 1", "Z:I"]);
        rig.Gate.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Function_calls_are_refused_in_the_form_of_their_answer()
    {
        await using var rig = await GatewayRig.StartRealAsync();
        await using var client = await rig.ConnectAsync();
        await client.SendAsync(output => output.WriteMessage(FrontendType.FunctionCall, [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:0A000", "Z:I"]);
    }

    [Fact]
    public async Task An_unknown_message_ends_the_session_with_a_clear_error()
    {
        await using var rig = await GatewayRig.StartRealAsync();
        await using var client = await rig.ConnectAsync();
        await client.SendAsync(output => output.WriteMessage((byte)'~', [1, 2, 3]));
        (await client.ReadUntilAsync('E')).ShouldBe(["E:08P01"]);
        (await client.ReadAsync()).ShouldBeNull();
        (await rig.Gate.Ended.Task).ShouldStartWith("protocol error");
    }

    [Fact]
    public async Task When_text_would_be_read_otherwise_only_what_puts_it_right_runs()
    {
        await using var rig = await GatewayRig.StartRealAsync();
        await using var client = await rig.ConnectAsync();
        await client.SendAsync(output =>
        {
            output.WriteStringMessage(FrontendType.Query, "set standard_conforming_strings = off");
            output.WriteStringMessage(FrontendType.Query, "select 1");
        });
        await client.ReadUntilAsync('Z');
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:0A000", "Z:I"]);
        await client.QueryAsync("set standard_conforming_strings = on");
        (await client.ReadUntilAsync('Z')).ShouldContain("C:SET");
        await client.QueryAsync("select 1");
        (await client.ReadUntilAsync('Z')).ShouldBe(["T", "D:1", "C:SELECT 1", "Z:I"]);
    }
}
