using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

public class StandardClientTests
{
    [Fact]
    public async Task Psql_selects_describes_and_goes_on_after_a_refusal()
    {
        await using var rig = await RealGateRig.StartAsync();
        var connection = $"\"host=127.0.0.1 port={rig.Gateway.Endpoint.Port} user=agent dbname=shop sslmode=require\"";
        var (_, text) = await StandardProgram.RunAsync("psql", $"{connection} -X -c \"select name, ssn from customers limit 1\" -c \"drop table customers\" -c \"\\d orders\" -c \"select count(*) from orders\"", PlayedGate.Token);
        text.ShouldContain("name 1");
        text.ShouldNotContain("900-45");
        text.ShouldContain("nobody-destroys");
        text.ShouldContain("orders_pkey");
        text.ShouldContain("50");
    }

    [Theory]
    [InlineData("simple")]
    [InlineData("extended")]
    [InlineData("prepared")]
    public async Task Pgbench_runs_in_every_mode(string mode)
    {
        await using var rig = await GatewayRig.StartRealAsync();
        var server = await PostgresServer.SharedAsync();
        var bench = StandardProgram.PathOf("pgbench");
        (await StandardProgram.RunAsync(bench, $"-i -s 1 -q -h 127.0.0.1 -p {server.Port} -U {PostgresServer.UserName} {rig.Gate.Target.Document.Database}", server.Password)).Exit.ShouldBe(0);
        var (exit, text) = await StandardProgram.RunAsync(bench, $"-n -c 4 -t 300 -M {mode} -h 127.0.0.1 -p {rig.Endpoint.Port} -U agent shop", PlayedGate.Token);
        exit.ShouldBe(0);
        text.ShouldContain("1200/1200");
        rig.Gate.Completed.ShouldAllBe(done => done.Result.Succeeded || done.Result.Status.StartsWith("40", StringComparison.Ordinal));
    }
}
