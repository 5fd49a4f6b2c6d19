using Hoop.Ingress.Wire.Postgres;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

public sealed class LeavingTests
{
    /// <summary>node-postgres takes an error on a connection that it has ended for a failure, and the process ends by it.</summary>
    [Theory]
    [InlineData("select 1")]
    [InlineData("begin; select * from customers")]
    public async Task Who_takes_his_leave_hears_nothing_more(string sql)
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync(sql);
        await client.ReadUntilAsync('Z');
        await client.SendAsync(static output => output.WriteEmpty(FrontendType.Terminate));
        ((await client.ReadAsync())?.Type).ShouldBeNull();
    }

    [Fact]
    public async Task Who_stays_is_told_that_the_target_left()
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("select pg_backend_pid()");
        var backend = (await client.ReadUntilAsync('Z')).First(static message => message.StartsWith("D:", StringComparison.Ordinal))[2..];
        await using var server = new NpgsqlConnection((await PostgresServer.SharedAsync()).ConnectionString());
        await server.OpenAsync();
        await using (var end = new NpgsqlCommand($"select pg_terminate_backend({backend})", server)) await end.ExecuteScalarAsync();
        (await client.ReadAsync())!.Diagnostic.ToString().ShouldStartWith("FATAL 57P01");
    }
}
