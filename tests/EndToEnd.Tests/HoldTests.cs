using Hoop.EndToEnd.Tests.Support;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests;

/// <summary>The hold, inside transactions and against everybody who would cheat.</summary>
public class HoldTests(DemoSystem hoop)
{
    [Fact]
    public async Task Approved_inside_a_transaction_both_changes_commit()
    {
        await using var connection = await hoop.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await RunHeldAsync(connection, "update orders set status = 'cancelled' where id = 11 /* hold-1a */", "hold-1a", "approve");
        await RunHeldAsync(connection, "delete from order_items where order_id = 11 /* hold-1b */", "hold-1b", "approve");
        await transaction.CommitAsync();

        (await hoop.PsqlAsync("select status, (select count(*) from order_items where order_id = 11) from orders where id = 11;\n")).Output.Trim().ShouldBe("cancelled|0");
    }

    [Fact]
    public async Task Denied_inside_a_transaction_it_fails_as_any_error_would_and_rolls_back()
    {
        await using var psql = await hoop.StartPsqlAsync();
        await psql.SendAsync("begin;\nselect count(*) from orders;\ndelete from orders where id = 12 /* hold-2 */;\n");
        var request = await hoop.PendingRequestAsync("hold-2");
        (await hoop.CliAsync("requests", "deny", request, "--reason", "not on a Friday", "--as", "bea")).ExitCode.ShouldBe(0);
        await psql.SawAsync("not on a Friday");
        await psql.SendAsync("select 1;\nrollback;\nselect 'usable again', id from orders where id = 12;\n");
        await psql.SawAsync("usable again|12");
        psql.Seen.ShouldContain("current transaction is aborted");
    }

    [Fact]
    public async Task Interrupting_psql_withdraws_the_request()
    {
        await using var psql = await hoop.StartPsqlAsync();
        await psql.SendAsync("delete from orders where id = 13 /* hold-3 */;\n");
        var request = await hoop.PendingRequestAsync("hold-3");
        psql.Signal("INT");
        await psql.SawAsync("canceling statement due to user request");
        await hoop.RequestBecomesAsync(request, "withdrawn");
        var late = await hoop.CliAsync("requests", "approve", request, "--as", "bea");
        late.ExitCode.ShouldBe(1);
        late.Error.ShouldContain("withdrawn");
        (await hoop.PsqlAsync("select count(*) from orders where id = 13;\n")).Output.Trim().ShouldBe("1");
    }

    [Fact]
    public async Task Disconnecting_withdraws_the_request()
    {
        await using var psql = await hoop.StartPsqlAsync();
        await psql.SendAsync("delete from orders where id = 14 /* hold-4 */;\n");
        var request = await hoop.PendingRequestAsync("hold-4");
        psql.Signal("KILL");
        await hoop.RequestBecomesAsync(request, "withdrawn");
    }

    [Fact]
    public async Task Two_approvers_at_once_release_it_once()
    {
        await using var connection = await hoop.ConnectAsync();
        await using var command = new NpgsqlCommand("update customers set notes = '+' || coalesce(notes, '') where id = 15 /* hold-5 */", connection);
        var running = command.ExecuteNonQueryAsync();
        var request = await hoop.PendingRequestAsync("hold-5");
        var votes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => hoop.CliAsync("requests", "approve", request, "--as", "bea")));

        (await running).ShouldBe(1);
        votes.Count(vote => vote.ExitCode == 0).ShouldBe(1);
        (await hoop.PsqlAsync("select notes from customers where id = 15;\n")).Output.Count(c => c == '+').ShouldBe(1);
    }

    [Fact]
    public async Task The_requester_and_other_groups_cannot_approve()
    {
        await using var psql = await hoop.StartPsqlAsync(principal: "ana");
        await psql.SendAsync("delete from orders where id = 16 /* hold-6 */;\n");
        var request = await hoop.PendingRequestAsync("hold-6");
        foreach (var name in new[] { "ana", "reporting-agent" })
        {
            var refused = await hoop.CliAsync("requests", "approve", request, "--as", name);
            refused.ExitCode.ShouldBe(1, refused.ToString());
            refused.Error.Trim().Split('\n').Length.ShouldBe(1);
        }
        (await hoop.CliJsonAsync("requests", "show", request, "--as", "bea")).GetProperty("state").GetString().ShouldBe("pending", StringCompareShould.IgnoreCase);
    }

    [Fact]
    public async Task Denying_needs_a_reason()
    {
        await using var psql = await hoop.StartPsqlAsync();
        await psql.SendAsync("delete from orders where id = 17 /* hold-7 */;\n");
        var request = await hoop.PendingRequestAsync("hold-7");
        (await hoop.CliAsync("requests", "deny", request, "--reason", "  ", "--as", "bea")).ExitCode.ShouldNotBe(0);
        (await hoop.CliAsync("requests", "deny", request, "--as", "bea")).ExitCode.ShouldNotBe(0);
    }

    private async Task RunHeldAsync(NpgsqlConnection connection, string sql, string tag, string decision)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        var running = command.ExecuteNonQueryAsync();
        var request = await hoop.PendingRequestAsync(tag);
        var vote = await hoop.CliAsync("requests", decision, request, "--as", "bea");
        vote.ExitCode.ShouldBe(0, vote.ToString());
        await running;
    }
}
