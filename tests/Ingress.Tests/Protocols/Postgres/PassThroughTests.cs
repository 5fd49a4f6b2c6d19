using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

public class PassThroughTests
{
    private const string Script = "create table t(id int primary key, name text); insert into t select i, 'n' || i from generate_series(1, 1000) i";

    [Fact]
    public async Task A_driver_queries_inserts_and_reads_back()
    {
        await using var rig = await GatewayRig.StartRealAsync(Script);
        await using var connection = new NpgsqlConnection(rig.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select name from t where id = $1", connection) { Parameters = { new() { Value = 7 } } };
        (await command.ExecuteScalarAsync()).ShouldBe("n7");
        await using var insert = new NpgsqlCommand("insert into t values ($1, $2)", connection) { Parameters = { new() { Value = 2000 }, new() { Value = "x" } } };
        (await insert.ExecuteNonQueryAsync()).ShouldBe(1);
        rig.Gate.Asked.Last().BindValues.ShouldBe(["2000", "x"]);
    }

    [Fact]
    public async Task Simple_queries_of_several_statements_pass_whole()
    {
        await using var rig = await GatewayRig.StartRealAsync(Script);
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("select 1; select 2");
        (await client.ReadUntilAsync('Z')).ShouldBe(["T", "D:1", "C:SELECT 1", "T", "D:2", "C:SELECT 1", "Z:I"]);
    }

    [Fact]
    public async Task Copy_goes_both_ways()
    {
        await using var rig = await GatewayRig.StartRealAsync(Script);
        await using var connection = new NpgsqlConnection(rig.ConnectionString);
        await connection.OpenAsync();
        await using (var writer = await connection.BeginTextImportAsync("copy t from stdin"))
            for (var i = 5000; i < 25_000; i++) await writer.WriteLineAsync($"{i}\trow {i}");
        using var reader = await connection.BeginTextExportAsync("copy (select id from t where id >= 5000 order by id) to stdout");
        var text = await reader.ReadToEndAsync();
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(20_000);
    }

    [Fact]
    public async Task Large_rows_and_large_values_pass()
    {
        await using var rig = await GatewayRig.StartRealAsync();
        await using var connection = new NpgsqlConnection(rig.ConnectionString);
        await connection.OpenAsync();
        await using var read = new NpgsqlCommand("select repeat('x', 12000000)", connection);
        ((string)(await read.ExecuteScalarAsync())!).Length.ShouldBe(12_000_000);
        await using var write = new NpgsqlCommand("select length($1::text)", connection) { Parameters = { new() { Value = new string('y', 11_000_000) } } };
        (await write.ExecuteScalarAsync()).ShouldBe(11_000_000);
    }

    [Fact]
    public async Task Notifications_reach_an_idle_client()
    {
        await using var rig = await GatewayRig.StartRealAsync();
        await using var listener = await rig.ConnectAsync();
        await listener.QueryAsync("listen news");
        await listener.ReadUntilAsync('Z');
        await using var speaker = await rig.ConnectAsync();
        await speaker.QueryAsync("notify news, 'hello'");
        await speaker.ReadUntilAsync('Z');
        (await listener.ReadAsync())!.Type.ShouldBe('A');
    }

    [Fact]
    public async Task A_cancel_reaches_the_running_statement()
    {
        await using var rig = await GatewayRig.StartRealAsync();
        await using var connection = new NpgsqlConnection(rig.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select pg_sleep(60)", connection);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Should.ThrowAsync<OperationCanceledException>(() => command.ExecuteNonQueryAsync(cancel.Token));
        await using var after = new NpgsqlCommand("select 1", connection);
        (await after.ExecuteScalarAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task What_ran_is_recorded_with_its_tag_and_rows()
    {
        await using var rig = await GatewayRig.StartRealAsync(Script);
        await using (var client = await rig.ConnectAsync())
        {
            await client.QueryAsync("select * from t");
            await client.ReadUntilAsync('Z');
        }

        (await rig.Gate.Ended.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe("client closed");
        var (_, result) = rig.Gate.Completed.ShouldHaveSingleItem();
        (result.Succeeded, result.Status, result.Rows).ShouldBe((true, "SELECT 1000", 1000L));
    }
}
