using Hoop.EndToEnd.Tests.Support;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests.Faults;

/// <summary>A target dies: its own sessions end with a reason, nobody else's do, and it is used again when it is back.</summary>
[Collection(FaultCollection.Name)]
public sealed class TargetFaultTests(FaultSystem hoop)
{
    [Fact]
    public async Task A_target_that_dies_ends_its_own_sessions_alone_and_is_used_again_when_it_is_back()
    {
        await hoop.ReadsAsync("elsewhere");
        await using var psql = await hoop.StartPsqlAsync("elsewhere");
        await psql.SendAsync("select count(*) from things a, things b, things c, things d, things e /* fault-7 */;\n");
        await RunsThereAsync("fault-7");
        await hoop.Elsewhere.KillAsync();
        try
        {
            (await psql.WaitAsync()).ExitCode.ShouldBe(2);
            var refused = await hoop.PsqlAsync("select 1", "elsewhere");
            refused.ExitCode.ShouldBe(2);
            refused.Error.ShouldContain("\"elsewhere\" does not answer");
            (await hoop.PsqlAsync("select 'others go on'")).Output.ShouldContain("others go on");
        }
        finally
        {
            await hoop.Elsewhere.StartAgainAsync();
        }

        await hoop.ReadsAsync("elsewhere");
        var session = await hoop.SessionBecomesAsync((await hoop.SessionWithAsync("fault-7")).Id, "ended");
        session.GetProperty("session").GetProperty("cause").GetString()!.ShouldStartWith("target closed");
        session.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("kind").GetString()).ShouldContain("operation.completed");
    }

    private Task RunsThereAsync(string tag) => Eventually.TrueAsync(async () =>
    {
        await using var connection = new NpgsqlConnection(hoop.Elsewhere.ConnectionString());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and query like '%{tag}%'", connection);
        return (long)(await command.ExecuteScalarAsync())! == 1;
    });
}
