using Hoop.EndToEnd.Tests.Support;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests.Faults;

/// <summary>Audit works, and slower than statements come: four fifths of the time it stands still.</summary>
[Collection(FaultCollection.Name)]
public sealed class SlowAuditTests(FaultSystem hoop)
{
    private static readonly TimeSpan Frozen = TimeSpan.FromMilliseconds(400), Working = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Statements_wait_for_an_audit_that_is_too_slow_and_none_is_refused()
    {
        await hoop.ReadsAsync();
        await using var ingress = await SecondIngress.StartAsync(hoop, new Dictionary<string, string?> { ["Hoop__Journal__MaxLagBytes"] = "1048576" });
        using var enough = new CancellationTokenSource();
        var slow = SlowAuditAsync(enough.Token);
        var script = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(script, $"select 1 /* {new string('x', 20_000)} */;\n");
            await using var load = await StartLoadAsync(ingress, script);
            await Eventually.TrueAsync(
                () => load.HasExited ? throw new InvalidOperationException($"The load ended:\n{load.Seen}") : ingress.Seen.Contains("Audit takes less than statements bring", StringComparison.Ordinal),
                seconds: 60, what: "statements wait");
            (await ingress.PsqlAsync("select 'slower, and ' || 'answered'")).Output.ShouldContain("slower, and answered");
            load.HasExited.ShouldBeFalse(load.Seen);
            load.Seen.ShouldNotContain("ERROR");
        }
        finally
        {
            await enough.CancelAsync();
            await slow;
            File.Delete(script);
        }

        var record = await CrashRecord.OfAsync(hoop, ingress);
        record.Sessions.ShouldBeGreaterThan(1);
        record.Broken.ShouldBeEmpty();
        record.Tampering.ShouldBe(0);
    }

    private async Task<Command> StartLoadAsync(SecondIngress ingress, string script) => Command.Start(
        "pgbench", ["-h", "127.0.0.1", "-p", $"{ingress.Port}", "-U", "reporting-agent", "-n", "-c", "4", "-T", "120", "-f", script, "shop"],
        new Dictionary<string, string?> { ["PGPASSWORD"] = await hoop.TokenAsync(), ["PGSSLMODE"] = "require" });

    private async Task SlowAuditAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            using (hoop.ProcessOf("audit").Freeze())
                await Task.Delay(Frozen, CancellationToken.None);
            await Task.Delay(Working, enough).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
