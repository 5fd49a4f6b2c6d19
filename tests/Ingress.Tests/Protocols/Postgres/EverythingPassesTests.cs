using System.Buffers;
using System.Text.Json;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>Where one rule lets everything pass and nothing is masked, the gateway is as good as a cable, but for the record.</summary>
public sealed class EverythingPassesTests
{
    [Fact]
    public async Task The_server_is_asked_nothing_but_what_the_client_asks()
    {
        await using var rig = await GatewayRig.StartAsync();
        rig.Gate.LetsEverythingPass = true;
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("create table t(a int)");
        (await rig.Server.ExpectAsync('Q')).Text.ShouldBe("create table t(a int)");
        await rig.Server.ReplyCompleteAsync("CREATE TABLE");
        await client.ReadUntilAsync('Z');
        await client.QueryAsync("select 1");
        (await rig.Server.ExpectAsync('Q')).Text.ShouldBe("select 1");
        rig.Server.Questions.ShouldBe(0);
    }

    [Fact]
    public async Task Errors_pass_byte_for_byte()
    {
        await using var rig = await GatewayRig.StartAsync();
        rig.Gate.LetsEverythingPass = true;
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("select wrong");
        await rig.Server.ExpectAsync('Q');
        // Not UTF-8, fields in an unusual order, and one that nobody knows.
        byte[] body = [.. "C42703\0SERROR\0"u8, (byte)'M', 0xE9, 0xFF, 0, .. "?x\0\0"u8];
        await rig.Server.ReplyAsync(output => output.WriteMessage(BackendType.ErrorResponse, body));
        (await client.ReadAsync())!.Body.ShouldBe(body);
    }

    [Fact]
    public async Task What_nobody_can_read_is_the_servers_to_judge_and_still_on_record()
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("selekt 1");
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:42601", "Z:I"]);
        await client.QueryAsync("set client_encoding = latin1");
        (await client.ReadUntilAsync('Z')).Last().ShouldBe("Z:I");
        await client.SendAsync(output => output.WriteMessage(FrontendType.Query, [.. "select '"u8, 0xE9, .. "' = chr(233)\0"u8]));
        (await client.ReadUntilAsync('Z')).ShouldBe(["T", "D:t", "C:SELECT 1", "Z:I"]);
        rig.Gate.Journal.Kinds.Count(kind => kind == EventKinds.OperationDecided).ShouldBe(3);
    }

    /// <summary>PostgreSQL 15.18 reads what a failed simple query left in the unnamed portal after it was freed, and crashes with everybody's sessions.</summary>
    [Theory]
    [InlineData("drop table nowhere", true)]
    [InlineData("drop table nowhere", false)]
    [InlineData("select 2", true)]
    [InlineData("select 2", false)]
    public async Task What_a_simple_query_ended_is_not_executed(string query, bool atOnce)
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("begin");
        await client.ReadUntilAsync('Z');
        await client.SendAsync(BindOne);
        (await client.ReadUntilAsync('Z')).ShouldBe(["1", "2", "Z:T"]);
        await client.SendAsync(ExecuteUnnamed);
        (await client.ReadUntilAsync('Z')).ShouldBe(["D:1", "C:SELECT 1", "Z:T"]);

        await client.SendAsync(output =>
        {
            BindOne(output);
            output.WriteStringMessage(FrontendType.Query, query);
            if (atOnce) ExecuteUnnamed(output);
        });
        await client.ReadUntilAsync('Z');
        await client.ReadUntilAsync('Z');
        if (!atOnce) await client.SendAsync(ExecuteUnnamed);
        (await client.ReadUntilAsync('Z'))[0].ShouldBe("E:34000");

        await client.QueryAsync("rollback");
        await client.ReadUntilAsync('Z');
        await client.QueryAsync("select 1");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:1");
    }

    [Fact]
    public async Task A_client_of_another_encoding_logs_in()
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything);
        await using var client = await rig.Gateway.ConnectAsync(("client_encoding", "LATIN1"), ("standard_conforming_strings", "off"));
        await client.SendAsync(output => output.WriteMessage(FrontendType.Query, [.. "select E'\\\\' = '\\\\' and '"u8, 0xE9, .. "' = chr(233)\0"u8]));
        (await client.ReadUntilAsync('Z')).ShouldContain("D:t");
    }

    [Fact]
    public async Task A_statement_over_the_limit_passes_and_is_recorded_in_short()
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything);
        await using var connection = new NpgsqlConnection(rig.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"select length('{new string('x', 3_000_000)}')", connection);
        (await command.ExecuteScalarAsync()).ShouldBe(3_000_000);
        var text = Recorded(rig).Last();
        text.Length.ShouldBeLessThan(70_000);
        text.ShouldContain("(3000017 bytes, SHA-256 ");
    }

    [Fact]
    public async Task Functions_are_called_by_number()
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output => CallAbs(output, 42));
        (await client.ReadUntilAsync('Z')).ShouldBe(["V", "Z:I"]);
        await client.SendAsync(output => CallAbs(output, int.MinValue));
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:22003", "Z:I"]);
        await client.QueryAsync("select 1");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:1");
        Recorded(rig).First().ShouldBe("function call by the fast-path protocol: function 1397");
    }

    [Fact]
    public async Task Functions_by_number_stay_closed_to_everybody_else()
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output => CallAbs(output, 42));
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:0A000", "Z:I"]);
    }

    [Fact]
    public async Task A_new_policy_counts_from_the_next_statement_on()
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("create temp table customers(ssn text); drop table customers; create schema other; create table other.customers as select * from public.customers; set search_path = other");
        (await client.ReadUntilAsync('Z')).Last().ShouldBe("Z:I");
        rig.Activate(RealGateRig.Governed, 2);
        await client.QueryAsync("drop table orders");
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:42501", "Z:I"]);
        // Not public.customers any more, and nothing allows the other schema.
        await client.QueryAsync("select ssn from customers");
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:42501", "Z:I"]);
        await client.QueryAsync("select ssn from public.customers where id = 1");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:***-**-0001");
    }

    [Fact]
    public async Task Text_settings_that_were_nobodys_business_are_put_right_first_under_a_new_policy()
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("set standard_conforming_strings = off");
        (await client.ReadUntilAsync('Z')).Last().ShouldBe("Z:I");
        rig.Activate(RealGateRig.Governed, 2);
        await client.QueryAsync("select name from customers where id = 1");
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:0A000", "Z:I"]);
    }

    [Fact]
    public async Task What_was_prepared_where_nobody_could_follow_is_refused_under_a_new_policy()
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("prepare p as select 1");
        (await client.ReadUntilAsync('Z')).Last().ShouldBe("Z:I");
        await client.QueryAsync("do $$ begin execute 'deallocate p'; execute 'prepare p as select ssn from customers'; end $$");
        (await client.ReadUntilAsync('Z')).Last().ShouldBe("Z:I");
        rig.Activate(RealGateRig.Governed, 2);
        await client.QueryAsync("execute p");
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:42501", "Z:I"]);
    }

    [Fact]
    public async Task A_session_under_narrower_rules_keeps_what_it_prepared()
    {
        const string AllButDrops = """
          - { name: everything, roles: [agent], targets: [shop], allow: { verbs: ["*"], objects: ["*"], effects: ["*"] } }
          - { name: no-drops, roles: [agent], targets: [shop], block: { verbs: [drop] } }
        """;
        await using var rig = await RealGateRig.StartAsync(AllButDrops);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("prepare p as select 7");
        (await client.ReadUntilAsync('Z')).Last().ShouldBe("Z:I");
        await client.QueryAsync("do $$ begin perform 1; end $$");
        (await client.ReadUntilAsync('Z')).ShouldBe(["C:DO", "Z:I"]);
        await client.QueryAsync("execute p");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:7");
        rig.Activate(RealGateRig.Governed, 2);
        await client.QueryAsync("execute p");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:7");
    }

    private static void BindOne(IBufferWriter<byte> output)
    {
        Parse.Write(output, "", "select 1");
        Bind.WriteText(output, "", "", []);
        output.WriteEmpty(FrontendType.Sync);
    }

    private static void ExecuteUnnamed(IBufferWriter<byte> output)
    {
        Execute.Write(output, "");
        output.WriteEmpty(FrontendType.Sync);
    }

    private static void CallAbs(IBufferWriter<byte> output, int value)
    {
        output.WriteHeader(FrontendType.FunctionCall, 20);
        output.WriteInt32(1397);
        output.WriteInt16(1);
        output.WriteInt16(1);
        output.WriteInt16(1);
        output.WriteInt32(4);
        output.WriteInt32(value);
        output.WriteInt16(1);
    }

    private static IEnumerable<string> Recorded(RealGateRig rig) => rig.Gate.Journal.Events.Where(e => e.Kind == EventKinds.OperationDecided)
        .Select(e => JsonDocument.Parse(e.Payload).RootElement.GetProperty("text").GetString()!);
}
