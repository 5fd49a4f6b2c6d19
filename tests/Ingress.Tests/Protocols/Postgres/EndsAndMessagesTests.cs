using System.Diagnostics;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

public class EndsAndMessagesTests
{
    [Fact]
    public async Task Who_waits_when_the_gateway_stops_is_told_so()
    {
        var rig = await GatewayRig.StartRealAsync("create table t(id int)");
        rig.Gate.Decide = static (operation, gate) => gate.Hold(operation);
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("delete from t");
        await client.ReadUntilAsync('N');
        var stopping = rig.DisposeAsync();
        var seen = new List<string>();
        while (await client.ReadAsync() is { } message) seen.Add(message.Short);
        await stopping;
        seen.ShouldContain("E:57P01");
        (await (await rig.Gate.Held.Task).Withdrawn).ShouldBe("shutdown");
    }

    [Fact]
    public async Task Notices_do_not_quote_masked_values()
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything + """

            masks:
              - { name: ssn, targets: [shop], columns: [public.customers.ssn], with: { partial: { keepLast: 4 } } }
            """);
        await rig.BehindAsync("create function tell() returns int language plpgsql as $$ declare s text; begin select ssn into s from customers where id = 7; raise notice 'the number is %', s; return 1; end $$");
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("select tell()");
        var notices = 0;
        while (await client.ReadAsync() is { Type: not 'Z' } message)
        {
            message.Text.ShouldNotContain("900-45");
            if (message.Type == 'N') notices++;
        }

        notices.ShouldBe(1);
    }

    [Fact]
    public async Task A_masked_text_is_masked_in_binary_format_too()
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var connection = new NpgsqlConnection(rig.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("select ssn, id from customers where id = $1", connection) { Parameters = { new() { Value = 7 } } };
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        (await reader.ReadAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
        reader.GetString(0).ShouldEndWith("0007");
        reader.GetString(0).ShouldNotContain("900");
        reader.GetInt32(1).ShouldBe(7);
    }

    [Fact]
    public async Task Copy_in_by_the_extended_protocol_ignores_a_Sync_in_its_middle()
    {
        await using var rig = await GatewayRig.StartRealAsync("create table t(id int)");
        await using var client = await rig.ConnectAsync();
        await client.SendAsync(output =>
        {
            Parse.Write(output, "", "copy t from stdin");
            Bind.WriteText(output, "", "", []);
            Execute.Write(output, "");
            output.WriteEmpty(FrontendType.Flush);
        });
        (await client.ReadUntilAsync('G')).ShouldBe(["1", "2", "G"]);
        await client.SendAsync(output =>
        {
            output.WriteMessage(FrontendType.CopyData, "1\n"u8);
            output.WriteEmpty(FrontendType.Sync);
            output.WriteMessage(FrontendType.CopyData, "2\n"u8);
            output.WriteEmpty(FrontendType.CopyDone);
            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldBe(["C:COPY 2", "Z:I"]);
        await client.QueryAsync("select count(*) from t");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:2");
    }

    [Fact]
    public async Task Psql_cancels_a_running_statement_on_interrupt()
    {
        await using var rig = await GatewayRig.StartRealAsync();
        var start = new ProcessStartInfo("psql", $"\"host=127.0.0.1 port={rig.Endpoint.Port} user=agent dbname=shop sslmode=require\" -X -c \"select pg_sleep(59)\"") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["PGPASSWORD"] = PlayedGate.Token;
        using var process = Process.Start(start)!;
        var server = await PostgresServer.SharedAsync();
        await using var connection = new NpgsqlConnection(server.ConnectionString(rig.Gate.Target.Document.Database!));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var running = new NpgsqlCommand("select count(*) from pg_stat_activity where state = 'active' and query = 'select pg_sleep(59)'", connection);
        await Eventually.SeenAsync(() => running.ExecuteScalarAsync(TestContext.Current.CancellationToken), count => count is 1L);
        using (var interrupt = Process.Start("kill", ["-INT", process.Id.ToString()])) await interrupt.WaitForExitAsync(TestContext.Current.CancellationToken);
        (await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldContain("canceling statement due to user request");
        rig.Gate.Completed.ShouldHaveSingleItem().Result.Status.ShouldStartWith("57014");
    }
}
