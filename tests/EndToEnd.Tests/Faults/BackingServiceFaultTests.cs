using Hoop.EndToEnd.Tests.Support;
using Hoop.Testing;
using Shouldly;
using StackExchange.Redis;
using Xunit;

namespace Hoop.EndToEnd.Tests.Faults;

/// <summary>What Hoop itself stands on is away.</summary>
[Collection(FaultCollection.Name)]
public sealed class BackingServiceFaultTests(FaultSystem hoop)
{
    [Fact]
    public async Task With_RabbitMQ_and_audit_down_reading_goes_on_what_needs_a_person_is_refused_and_the_record_catches_up()
    {
        await hoop.ReadsAsync();
        await using (await hoop.WithoutAsync("audit", "rabbitmq"))
        {
            var psql = await hoop.PsqlAsync("select 'goes on' /* fault-2 */;\nupdate orders set status = 'unheard' where id = 43 /* fault-2 */;\nselect 'still usable';\n");
            psql.Output.ShouldContain("goes on");
            psql.Error.ShouldContain("the approval service does not answer");
            psql.Output.ShouldContain("still usable");
        }

        await hoop.SessionWithAsync("fault-2", seconds: 90);
        (await hoop.PsqlAsync("select count(*) from orders where status = 'unheard';\n")).Output.Trim().ShouldBe("0");
    }

    [Fact]
    public async Task With_Hoops_own_database_down_statements_elsewhere_go_on_and_what_waits_is_decided_later()
    {
        await hoop.ReadsAsync("elsewhere");
        await using var psql = await hoop.StartPsqlAsync("elsewhere");
        await using (await hoop.WithoutAsync("postgres"))
        {
            await psql.SendAsync("select count(*) from things /* fault-5 */;\nupdate things set note = 'changed' where id = 7 /* fault-5 */;\n");
            await psql.SawAsync("100");
            await psql.SawAsync("waiting for approval");
            (await hoop.PsqlAsync("select 'new sessions too'", "elsewhere")).Output.ShouldContain("new sessions too");
            (await hoop.PsqlAsync("select 1")).Error.ShouldContain("\"shop\" does not answer");
        }

        await hoop.AnswersAsync("requests", "list", "--as", "bea");
        var request = await hoop.PendingRequestAsync("fault-5", seconds: 60);
        (await hoop.CliAsync("requests", "approve", request, "--as", "bea")).ExitCode.ShouldBe(0);
        await psql.SawAsync("UPDATE 1");
        await hoop.SessionWithAsync("fault-5", events: 5, seconds: 90);
    }

    [Fact]
    public async Task With_Redis_frozen_or_gone_nobody_is_stopped_and_the_directory_fills_again()
    {
        await hoop.ReadsAsync();
        using (hoop.ProcessOf("redis").Freeze())
            (await hoop.PsqlAsync("select 'while frozen'")).Output.ShouldContain("while frozen");
        await using (await hoop.WithoutAsync("redis"))
            (await hoop.PsqlAsync("select 'while gone'")).Output.ShouldContain("while gone");

        await Eventually.TrueAsync(async () =>
        {
            await using var session = await hoop.ConnectAsync();
            return await IsListedAsync();
        });
    }

    private async Task<bool> IsListedAsync()
    {
        var options = ConfigurationOptions.Parse(hoop.ProcessOf("ingress").Environment["ConnectionStrings__redis"]);
        options.AbortOnConnectFail = false;
        using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        return redis.IsConnected && redis.GetServer(redis.GetEndPoints().Single()).Keys(pattern: "hoop:session:*").Any();
    }
}
