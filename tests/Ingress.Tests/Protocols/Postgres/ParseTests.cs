using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>At Parse and Bind the server already reads names, plans and calls functions.</summary>
public class ParseTests
{
    [Theory]
    [InlineData("select pg_read_file('/etc/passwd')")]
    [InlineData("select 1 from customers where ssn like '9%'")]
    [InlineData("select secret from public.customers, pg_catalog.pg_authid")]
    public async Task What_is_refused_whatever_its_values_does_not_reach_the_server(string sql)
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output =>
        {
            Parse.Write(output, "", sql);
            Describe.Write(output, Describe.StatementKind, "");
            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:42501", "Z:I"]);
        rig.Gate.Journal.Events.Count(e => e.Kind == "operation.decided" && e.Payload.Contains("\"block\"", StringComparison.Ordinal)).ShouldBe(1);
        await client.QueryAsync("select 1");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:1");
    }

    [Fact]
    public async Task After_a_refused_Parse_nothing_of_its_pipeline_runs_under_the_old_name()
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output =>
        {
            Parse.Write(output, "", "select 1");
            output.WriteEmpty(FrontendType.Sync);
            Parse.Write(output, "", "drop table orders");
            Bind.WriteText(output, "", "", []);
            Execute.Write(output, "");
            output.WriteEmpty(FrontendType.Sync);
            Parse.Write(output, "", "select 1 from customers where ssn like '9%'");
            Bind.WriteText(output, "", "", []);
            Execute.Write(output, "");
            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldBe(["1", "Z:I"]);
        (await client.ReadUntilAsync('Z')).ShouldContain("E:42501");
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:42501", "Z:I"]);
        rig.Gate.Journal.Events.Count(e => e.Kind == "operation.decided" && e.Payload.Contains("\"allow\"", StringComparison.Ordinal)).ShouldBe(0);
    }
}
