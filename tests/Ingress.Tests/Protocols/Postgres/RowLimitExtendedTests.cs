using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Npgsql;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Tests.Protocols.Postgres.RowLimitRig;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

public class RowLimitExtendedTests
{
    [Theory]
    [InlineData("delete from t where id <= 11")]
    [InlineData("delete from t where id <= 11 returning id")]
    [InlineData("with d as (delete from t where id <= 11 returning id) select count(*) from d")]
    [InlineData("select wipe()")]
    public async Task Extended_over_the_limit_nothing_of_the_pipeline_is_committed(string sql)
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        var seen = await ExtendedAsync(client, "insert into log values (1)", sql, "insert into log values (2)");
        seen.ShouldContain("C:INSERT 0 1");
        seen[^2..].ShouldBe([$"E:{Over}", "Z:I"]);
        (await CountAsync(rig)).ShouldBe(20);
        (await CountAsync(rig, "count(*) from log")).ShouldBe(0);
        rig.Gate.Completed.ElementAt(1).Result.Status.ShouldStartWith(Over);
        (await ExtendedAsync(client, "delete from t where id <= 10", "insert into log values (3)")).ShouldBe(["1", "2", "C:DELETE 10", "1", "2", "C:INSERT 0 1", "Z:I"]);
        (await CountAsync(rig)).ShouldBe(10);
    }

    [Fact]
    public async Task Extended_in_a_transaction_it_fails_as_any_error_would()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        (await ExtendedAsync(client, "begin", "delete from t")).ShouldBe(["1", "2", "C:BEGIN", "1", "2", $"E:{Over}", "Z:E"]);
        (await ExtendedAsync(client, "commit")).ShouldBe(["1", "2", "C:ROLLBACK", "Z:I"]);
        (await CountAsync(rig)).ShouldBe(20);
    }

    [Fact]
    public async Task A_change_cannot_be_fetched_in_parts_to_hide_its_rows()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.SendAsync(output =>
        {
            WriteExecute(output, "delete from t returning id", rows: 1);
            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z'))[^2..].ShouldBe([$"E:{Over}", "Z:I"]);
        (await CountAsync(rig)).ShouldBe(20);
    }

    [Fact]
    public async Task A_portal_read_in_parts_counts_all_of_them()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.SendAsync(output =>
        {
            WriteExecute(output, "select id from t order by id", rows: 6);
            Execute.Write(output, "", 6);
            output.WriteEmpty(FrontendType.Sync);
        });
        var seen = await client.ReadUntilAsync('Z');
        seen.Count(message => message[0] == 'D').ShouldBe(10);
        seen[^2..].ShouldBe([$"E:{Over}", "Z:I"]);
    }

    [Fact]
    public async Task A_driver_sees_an_ordinary_error_and_goes_on()
    {
        await using var rig = await StartAsync();
        await using var connection = new NpgsqlConnection(rig.ConnectionString);
        await connection.OpenAsync();
        await using var many = new NpgsqlCommand("delete from t where id <= $1", connection) { Parameters = { new() { Value = 11 } } };
        (await Should.ThrowAsync<PostgresException>(() => many.ExecuteNonQueryAsync())).SqlState.ShouldBe(Over);
        await using var few = new NpgsqlCommand("delete from t where id <= $1", connection) { Parameters = { new() { Value = 10 } } };
        (await few.ExecuteNonQueryAsync()).ShouldBe(10);
        await using var returning = new NpgsqlCommand("insert into t values (100, 1) returning id", connection);
        (await returning.ExecuteScalarAsync()).ShouldBe(100);
        (await CountAsync(rig)).ShouldBe(11);
    }
}
