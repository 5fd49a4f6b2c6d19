using System.Diagnostics;
using Hoop.EndToEnd.Tests.Support;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests;

/// <summary>What happens when a part dies. Its own system, because nobody else should have to live with it.</summary>
public sealed class FaultTests : HoopSystem, IAsyncLifetime
{
    private readonly string config = Path.Combine(Path.GetTempPath(), $"hoop-{Guid.NewGuid():n}.yaml");

    public async ValueTask InitializeAsync()
    {
        // The demo's rules, with one more: changes to order_items wait two seconds only.
        var demo = await File.ReadAllTextAsync(Repository.File("demo", "hoop.yaml"));
        await File.WriteAllTextAsync(config, demo.Replace("\npolicies:\n", """

            policies:
              - name: impatient
                roles: [agent]
                targets: [shop]
                approve: { verbs: [delete], objects: [public.order_items], by: [dba], count: 1, expires: 2s }

            """, StringComparison.Ordinal));
        await StartAsync(config);
    }

    public new async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        File.Delete(config);
    }

    [Fact]
    public async Task Faults_lose_nothing_and_run_nothing_twice()
    {
        await An_expired_request_is_refused_with_its_own_reason();
        await Ingress_killed_between_decision_and_result();
        await Rabbit_and_audit_down_reading_goes_on();
        await Policy_down_ingress_restarts_from_its_last_document();
    }

    private async Task An_expired_request_is_refused_with_its_own_reason()
    {
        var result = await PsqlAsync("delete from order_items where order_id = 1 /* fault-0 */;\n");
        result.Error.ShouldContain("nobody decided in time", Case.Sensitive, result.ToString());
    }

    private async Task Ingress_killed_between_decision_and_result()
    {
        await using var psql = await StartPsqlAsync();
        await psql.SendAsync("select pg_backend_pid() /* fault-1 */;\nselect count(*) from orders a, orders b, orders c /* fault-1 */;\n");
        await psql.SawAsync("\n");
        var session = await RunningSessionAsync("fault-1");
        Kill(PidOf("ingress"));
        await psql.WaitAsync();

        var ended = await SessionAsync(session, shown => shown.GetProperty("session").GetProperty("state").GetString() == "crashed");
        var sequences = ended.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("sequence").GetInt64()).ToList();
        sequences.ShouldBe(Enumerable.Range(0, sequences.Count).Select(i => (long)i));
        ended.ToString().ShouldContain("crash");
        await ReadsAsync();
    }

    private async Task Rabbit_and_audit_down_reading_goes_on()
    {
        Kill(PidOf("audit"));
        Kill(PidOf("rabbitmq"));
        (await PsqlAsync("select count(*) from orders /* fault-2 */;\n")).ExitCode.ShouldBe(0);

        await RunningSessionAsync("fault-2", seconds: 90);
    }

    private async Task Policy_down_ingress_restarts_from_its_last_document()
    {
        Kill(PidOf("policy"));
        Kill(PidOf("ingress"));
        await ReadsAsync();
    }

    private async Task ReadsAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await PsqlAsync("select 'reads again'")).ExitCode != 0) await Task.Delay(200, patience.Token);
    }

    private async Task<string> RunningSessionAsync(string tag, int seconds = 30)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (true)
        {
            var list = await CliAsync("sessions", "list", "--as", "bea", "--json");
            if (list.ExitCode == 0)
                foreach (var session in System.Text.Json.JsonDocument.Parse(list.Output).RootElement.EnumerateArray().Take(10))
                {
                    var id = session.GetProperty("id").GetString()!;
                    var shown = await CliAsync("sessions", "show", id, "--as", "bea", "--json");
                    if (shown.Output.Contains(tag, StringComparison.Ordinal)) return id;
                }
            await Task.Delay(100, patience.Token);
        }
    }

    private async Task<System.Text.Json.JsonElement> SessionAsync(string id, Func<System.Text.Json.JsonElement, bool> until)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var shown = await CliAsync("sessions", "show", id, "--as", "bea", "--json");
            if (shown.ExitCode == 0 && System.Text.Json.JsonDocument.Parse(shown.Output).RootElement is var session && until(session)) return session;
            await Task.Delay(100, patience.Token);
        }
    }

    private static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
        process.WaitForExit();
    }
}
