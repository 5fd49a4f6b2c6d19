using Aspire.Hosting;
using Hoop.AppHost.Local.Recipes;
using Hoop.AppHost.Local.Running;
using Hoop.AppHost.Tests.Support;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.AppHost.Tests;

/// <summary>The real servers, as containers or local executables, whichever this machine has.</summary>
public class BackingServiceTests
{
    [Fact]
    public async Task Servers_start_with_their_data_and_leave_nothing_behind()
    {
        await using var rig = new LocalRig();
        // The servers' own users have to reach their folders.
        File.SetUnixFileMode(rig.Folder, (UnixFileMode)0b111_101_101);
        await File.WriteAllTextAsync(Path.Combine(rig.Folder, "01.sql"), "\\getenv word WORD\ncreate database extra;\n\\connect extra\ncreate table words as select :'word' as word;\n");
        var postgres = rig.Builder.AddPostgres("postgres").WithInitFiles(rig.Folder).WithEnvironment("WORD", "hello").WithDataVolume();
        var database = postgres.AddDatabase("servicedb");
        rig.Builder.AddRedis("redis");
        rig.Builder.AddRabbitMQ("rabbitmq");
        await rig.StartAsync();
        foreach (var runner in rig.Orchestrator.Runners)
            await runner.Healthy.WaitAsync(TimeSpan.FromSeconds(60));

        var connectionString = (await database.Resource.ConnectionStringExpression.GetValueAsync(CancellationToken.None))!;
        (await ScalarAsync(connectionString, "select current_database()")).ShouldBe("servicedb");
        (await ScalarAsync(connectionString.Replace("servicedb", "extra"), "select word from words")).ShouldBe("hello");

        var processes = rig.Orchestrator.Runners.SelectMany(r => ProcessTable.Of(r.Status.ProcessId!.Value)).ToList();
        processes.Count.ShouldBeGreaterThan(8);
        await rig.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));
        processes.SelectMany(ProcessTable.Of).ShouldBeEmpty();
    }

    /// <summary>Who tells psql how to reach another server does not tell it how to reach ours.</summary>
    [Fact]
    public void What_the_user_set_for_their_own_clients_is_not_for_ours()
    {
        Environment.SetEnvironmentVariable("PGAPPNAME", "theirs");
        new LaunchableCommand("psql").StartInfo().Environment.ShouldNotContainKey("PGAPPNAME");
        new LaunchableCommand("psql") { Environment = new Dictionary<string, string> { ["PGAPPNAME"] = "ours" } }.StartInfo().Environment["PGAPPNAME"].ShouldBe("ours");
    }

    static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
