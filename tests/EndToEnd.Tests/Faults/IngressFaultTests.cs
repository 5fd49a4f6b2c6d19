using Hoop.EndToEnd.Tests.Support;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests.Faults;

/// <summary>Ingress dies: nothing is lost, nothing runs twice. Under load: <see cref="CrashTests"/>.</summary>
[Collection(FaultCollection.Name)]
public sealed class IngressFaultTests(FaultSystem hoop)
{
    [Fact]
    public async Task A_session_whose_ingress_was_killed_shows_as_crashed_with_nothing_lost_or_twice()
    {
        await hoop.ReadsAsync();
        await using var psql = await hoop.StartPsqlAsync();
        await psql.SendAsync("select pg_backend_pid() /* fault-1 */;\nselect count(*) from orders a, orders b, orders c /* fault-1 */;\n");
        await psql.SawAsync("\n");
        var session = (await hoop.SessionWithAsync("fault-1")).Id;
        hoop.ProcessOf("ingress").Kill();
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
        hoop.ProcessOf("ingress").Kill();
        await psql.WaitAsync();
        await hoop.ReadsAsync();

        await hoop.RequestBecomesAsync(request, "withdrawn");
        (await hoop.CliAsync("requests", "approve", request, "--as", "bea")).ExitCode.ShouldBe(1);
        (await hoop.PsqlAsync("select count(*) from orders where status = 'lost';\n")).Output.Trim().ShouldBe("0");
    }
}
