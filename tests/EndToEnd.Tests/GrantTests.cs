using Hoop.EndToEnd.Tests.Support;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests;

/// <summary>What an approval leaves, through real clients: windows, their end, and a single use that outlives its Ingress.</summary>
[Collection(FaultCollection.Name)]
public sealed class GrantTests(FaultSystem hoop)
{
    private static object Window(string time = "30m") => new { reason = "migration", grant = new { @for = time } };

    [Fact]
    public async Task In_a_window_the_same_statement_passes_and_revoking_cuts_what_runs_and_holds_the_next()
    {
        // Takes for ever, and changes nothing before it would end.
        const string Slow = "update orders set status = status where id = 51 and (select count(*) from orders a, orders b, orders c, orders d) > 0 /* grant-1 */";
        const string Quick = "update orders set status = status where id = 52 /* grant-1q */";
        await hoop.ReadsAsync();
        using var bea = await ApproverClient.SignInAsync(hoop);
        await using var connection = await hoop.ConnectAsync();
        var quick = RunAsync(connection, Quick);
        await bea.ApproveAsync(await hoop.PendingRequestAsync("grant-1q"), Window());
        (await quick).ShouldBe(1);
        await using (var other = await hoop.ConnectAsync())
        {
            var waited = false;
            other.Notice += (_, notice) => waited |= notice.Notice.MessageText.StartsWith("waiting for approval", StringComparison.Ordinal);
            (await RunAsync(other, Quick)).ShouldBe(1);
            waited.ShouldBeFalse();
        }


        await using var psql = await hoop.StartPsqlAsync();
        await psql.SendAsync($"{Slow};\n");
        var request = await hoop.PendingRequestAsync("grant-1 ");
        await bea.ApproveAsync(request, Window());
        var grant = await Eventually.SeenAsync(() => bea.GetAsync($"/api/grants/{request}"), grant => grant.GetProperty("uses").GetInt64() == 1);
        grant.GetProperty("state").GetString().ShouldBe("active");

        await bea.RevokeAsync(request, "it went wrong");

        await psql.SawAsync("ERROR:  the grant that the statement ran on was revoked by bea: it went wrong");
        await psql.SendAsync($"select 'usable'; {Slow};\n");
        await psql.SawAsync("usable");
        await hoop.PendingRequestAsync("grant-1 ");
        psql.Signal("INT");
        await psql.SawAsync("canceling statement due to user request");
    }

    [Fact]
    public async Task A_role_for_a_while_lets_everything_of_it_pass_and_see()
    {
        await hoop.ReadsAsync();
        using var bea = await ApproverClient.SignInAsync(hoop);
        await using var psql = await hoop.StartPsqlAsync();
        await psql.SendAsync("update orders set status = status where id = 53 /* grant-4 */;\n");
        var request = await hoop.PendingRequestAsync("grant-4");
        await bea.ApproveAsync(request, new { reason = "incident", grant = new { @for = "10m", scope = "role", role = "dba" } });
        await psql.SawAsync("UPDATE 1");

        await psql.SendAsync("delete from order_items where order_id = 53; select 'seen ' || ssn from customers where id = 3;\n");
        await psql.SawAsync("seen 211-22-0094");
        await bea.RevokeAsync(request, "over");
        await Eventually.SeenAsync(() => hoop.PsqlAsync("select 'seen ' || ssn from customers where id = 3;\n"), seen => !seen.Output.Contains("211-22-0094", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Identical_retries_on_two_Ingresses_use_the_approval_of_a_killed_one_once()
    {
        const string Statement = "update customers set notes = '+' || coalesce(notes, '') where id = 54 /* grant-2 */";
        await hoop.ReadsAsync();
        using var bea = await ApproverClient.SignInAsync(hoop);
        await using var second = await SecondIngress.StartAsync(hoop);
        await using (var lost = await hoop.ConnectAsync())
        {
            var waiting = RunAsync(lost, Statement);
            var request = await hoop.PendingRequestAsync("grant-2");
            // Approved, and never used: the Ingress that holds the client stands still, then dies.
            var ingress = hoop.PidOf("ingress");
            Signal(ingress, "STOP");
            await bea.ApproveAsync(request);
            Signal(ingress, "KILL");
            await Should.ThrowAsync<NpgsqlException>(waiting);
        }
        await hoop.ReadsAsync();

        var clients = new List<NpgsqlConnection>();
        for (var i = 0; i < 3; i++) clients.AddRange([await hoop.ConnectAsync(), await second.ConnectAsync()]);
        using var leaving = new CancellationTokenSource();
        var retries = clients.Select(client => RunAsync(client, Statement, leaving.Token)).ToList();
        await Eventually.SeenAsync(
            async () => (await bea.GetAsync("/api/requests?state=pending")).EnumerateArray().Count(asked => asked.GetProperty("statement").GetString()!.Contains("grant-2", StringComparison.Ordinal)),
            waiting => waiting == retries.Count - 1, seconds: 60, what: "all retries but one wait for a new approval");

        (await Task.WhenAny(retries).Unwrap()).ShouldBe(1);
        retries.Count(retry => retry.IsCompleted).ShouldBe(1);
        await leaving.CancelAsync();
        await ((Task)Task.WhenAll(retries)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        retries.Count(retry => retry.IsCompletedSuccessfully).ShouldBe(1);
        foreach (var client in clients) await client.DisposeAsync();
        (await hoop.PsqlAsync("select notes from customers where id = 54;\n")).Output.Count(c => c == '+').ShouldBe(1);
    }

    [Fact]
    public async Task Over_the_approvers_limit_it_is_rolled_back_and_both_sides_are_told()
    {
        await hoop.ReadsAsync();
        using var bea = await ApproverClient.SignInAsync(hoop);
        await using var psql = await hoop.StartPsqlAsync();
        await psql.SendAsync("update order_items set quantity = quantity + 1 where order_id between 1 and 60 /* grant-3 */;\n");
        var request = await hoop.PendingRequestAsync("grant-3");
        await bea.ApproveAsync(request, new { reason = "a few", maxRows = 3 });

        await psql.SawAsync("over its limit of 3; it was rolled back");
        var shown = await Eventually.SeenAsync(() => bea.GetAsync($"/api/requests/{request}"), shown => shown.GetProperty("result").ValueKind == System.Text.Json.JsonValueKind.Object);
        shown.GetProperty("state").GetString().ShouldBe("used");
        shown.GetProperty("result").GetProperty("line").GetString()!.ShouldMatch("^used: rolled back, [0-9,]+ rows > 3$");
    }

    private static async Task<int> RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancel = default)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        return await command.ExecuteNonQueryAsync(cancel);
    }

    private static void Signal(int pid, string signal) => System.Diagnostics.Process.Start("kill", [$"-{signal}", pid.ToString()])!.WaitForExit();
}
