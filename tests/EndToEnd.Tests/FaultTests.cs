using Hoop.EndToEnd.Tests.Support;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests;

/// <summary>What happens when a part dies: nothing is lost, nothing runs twice, and what can go on goes on.</summary>
[Collection(FaultCollection.Name)]
public sealed class FaultTests(FaultSystem hoop)
{
    [Fact]
    public async Task An_expired_request_is_refused_with_its_own_reason()
    {
        await hoop.ReadsAsync();
        var result = await hoop.PsqlAsync("delete from order_items where order_id = 1 /* fault-0 */;\n");
        result.Error.ShouldContain("nobody decided in time", Case.Sensitive, result.ToString());
    }

    [Fact]
    public async Task A_session_whose_ingress_was_killed_shows_as_crashed_with_nothing_lost_or_twice()
    {
        await hoop.ReadsAsync();
        await using var psql = await hoop.StartPsqlAsync();
        await psql.SendAsync("select pg_backend_pid() /* fault-1 */;\nselect count(*) from orders a, orders b, orders c /* fault-1 */;\n");
        await psql.SawAsync("\n");
        var session = (await hoop.SessionWithAsync("fault-1")).Id;
        FaultSystem.Kill(hoop.PidOf("ingress"));
        await psql.WaitAsync();

        var ended = await hoop.SessionBecomesAsync(session, "crashed");
        var sequences = ended.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("sequence").GetInt64()).ToList();
        sequences.ShouldBe(Enumerable.Range(0, sequences.Count).Select(i => (long)i));
        ended.ToString().ShouldContain("crash");
        await hoop.ReadsAsync();
    }

    [Fact]
    public async Task What_waited_when_its_ingress_was_killed_is_withdrawn_and_never_runs()
    {
        await hoop.ReadsAsync();
        await using var psql = await hoop.StartPsqlAsync();
        await psql.SendAsync("update orders set status = 'lost' where id = 41 /* fault-3 */;\n");
        var request = await hoop.PendingRequestAsync("fault-3");
        FaultSystem.Kill(hoop.PidOf("ingress"));
        await psql.WaitAsync();
        await hoop.ReadsAsync();

        await hoop.RequestBecomesAsync(request, "withdrawn");
        (await hoop.CliAsync("requests", "approve", request, "--as", "bea")).ExitCode.ShouldBe(1);
        (await hoop.PsqlAsync("select count(*) from orders where status = 'lost';\n")).Output.Trim().ShouldBe("0");
    }

    [Fact]
    public async Task With_RabbitMQ_and_audit_down_reading_goes_on_and_the_record_catches_up()
    {
        await hoop.ReadsAsync();
        await using (await hoop.WithoutAsync("audit", "rabbitmq"))
            (await hoop.PsqlAsync("select count(*) from orders /* fault-2 */;\n")).ExitCode.ShouldBe(0);

        await hoop.SessionWithAsync("fault-2", seconds: 90);
    }

    [Fact]
    public async Task With_policy_down_ingress_restarts_from_its_last_document()
    {
        await hoop.ReadsAsync();
        await using (await hoop.WithoutAsync("policy"))
        {
            FaultSystem.Kill(hoop.PidOf("ingress"));
            await hoop.ReadsAsync();
            (await hoop.PsqlAsync("drop table orders;\n")).Error.ShouldContain("nobody-destroys");
        }
    }
}
