using System.Text.Json;
using Hoop.EndToEnd.Tests.Support;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests;

/// <summary>The demo contract, by each client in each protocol it speaks.</summary>
public class ContractTests(DemoSystem hoop)
{
    private const string Masked = "select name, email, ssn, card_number from customers order by id limit 3";
    private const string Drop = "drop table customers";

    [Fact]
    public async Task Psql_reads_masked_and_plain_is_refused_and_goes_on()
    {
        var result = await hoop.PsqlAsync($"{Masked};\nselect count(*) from orders;\n{Drop};\nselect 'still here';\n");

        result.ExitCode.ShouldBe(0, result.ToString());
        Leaks.ShouldHaveNone(result.Output);
        result.Output.ShouldMatch(@"(?m)^\d{3,}$");
        result.Output.ShouldContain("still here");
        result.Error.ShouldContain("ERROR:  blocked by policy \"nobody-destroys\"");
        result.Error.ShouldContain("DETAIL:");
        result.Error.ShouldContain("HINT:");
    }

    [Fact]
    public async Task Psql_waits_for_a_delete_until_it_is_approved()
    {
        await using var psql = await hoop.StartPsqlAsync();
        await psql.SendAsync("delete from orders where id = 5;\nselect 'after';\n");
        await psql.SawAsync("waiting for approval");
        var request = await hoop.PendingRequestAsync("delete from orders where id = 5");
        psql.Seen.ShouldContain(request);

        (await hoop.CliAsync("requests", "approve", request, "--as", "bea")).ExitCode.ShouldBe(0);

        await psql.SawAsync("after");
        psql.Seen.ShouldContain("DELETE 1");
    }

    [Fact]
    public async Task Npgsql_reads_masked_and_plain_is_refused_and_goes_on()
    {
        await using var connection = await hoop.ConnectAsync();
        Leaks.ShouldHaveNone(await ReadAllAsync(connection, Masked));
        await using (var count = new NpgsqlCommand("select count(*) from orders", connection)) ((long)(await count.ExecuteScalarAsync())!).ShouldBeGreaterThan(0);
        await using (var drop = new NpgsqlCommand(Drop, connection))
        {
            var refused = await Should.ThrowAsync<PostgresException>(() => drop.ExecuteNonQueryAsync());
            refused.SqlState.ShouldBe("42501");
            refused.Detail.ShouldNotBeNullOrEmpty();
            refused.Hint.ShouldNotBeNullOrEmpty();
            refused.MessageText.ShouldContain("nobody-destroys");
        }
        await using var again = new NpgsqlCommand("select 1", connection);
        (await again.ExecuteScalarAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Npgsql_waits_for_a_delete_with_parameters_until_it_is_approved()
    {
        await using var connection = await hoop.ConnectAsync();
        await using var delete = new NpgsqlCommand("delete from orders where id = $1 /* by npgsql */", connection) { Parameters = { new() { Value = 2 } } };
        var deleting = delete.ExecuteNonQueryAsync();
        var request = await hoop.PendingRequestAsync("/* by npgsql */");
        (await hoop.CliJsonAsync("requests", "show", request, "--as", "bea")).GetProperty("bindValues")[0].GetString().ShouldBe("2");

        (await hoop.CliAsync("requests", "approve", request, "--as", "bea")).ExitCode.ShouldBe(0);

        (await deleting).ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Node_postgres_reads_masked_and_plain_is_refused_and_goes_on(bool extended)
    {
        object Statement(string text) => extended ? new { text = text + " -- $1", values = Array.Empty<object>(), name = Guid.NewGuid().ToString("n")[..8] } : new { text };
        var results = await hoop.NodeAsync(Statement(Masked), Statement("select count(*) from orders"), Statement(Drop), Statement("select 1"));

        results[0].GetProperty("rows").GetArrayLength().ShouldBe(3);
        Leaks.ShouldHaveNone(results[0].ToString());
        int.Parse(results[1].GetProperty("rows")[0][0].GetString()!).ShouldBeGreaterThan(0);
        results[2].GetProperty("code").GetString().ShouldBe("42501");
        results[2].GetProperty("detail").ValueKind.ShouldBe(JsonValueKind.String);
        results[2].GetProperty("hint").ValueKind.ShouldBe(JsonValueKind.String);
        results[3].GetProperty("rows")[0][0].GetInt32().ShouldBe(1);
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 4)]
    public async Task Node_postgres_waits_for_a_delete_until_it_is_approved(bool extended, int id)
    {
        var tag = $"/* by node {extended} */";
        object statement = extended
            ? new { text = $"delete from orders where id = $1 {tag}", values = new object[] { id } }
            : new { text = $"delete from orders where id = {id} {tag}" };
        var deleting = hoop.NodeAsync(statement);
        var request = await hoop.PendingRequestAsync(tag);
        (await hoop.CliAsync("requests", "approve", request, "--as", "bea")).ExitCode.ShouldBe(0);

        var results = await deleting;
        results[0].GetProperty("command").GetString().ShouldBe("DELETE");
        results[0].GetProperty("rowCount").GetInt32().ShouldBe(1);
    }

    private static async Task<string> ReadAllAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var text = new System.Text.StringBuilder();
        while (await reader.ReadAsync())
            for (var i = 0; i < reader.FieldCount; i++)
                text.Append(reader.GetValue(i)).Append('|');
        return text.ToString();
    }
}
