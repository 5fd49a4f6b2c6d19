using System.Text.Json;
using Shouldly;
using Xunit;

namespace Hoop.Cli.Tests.Doctor;

public sealed class DoctorTests
{
    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public async Task A_healthy_system_is_a_tick_on_every_line()
    {
        await using var ingress = FakeIngress.ThatAccepts();
        await using var rig = await CliRig.StartAsync(ingress.Address);
        rig.Answers["GET /api/requests"] = (200, Array.Empty<object>());
        rig.Answers["GET /api/log/sinks"] = (200, new[] { new { name = "file", late = false }, new { name = "s3", late = false } });
        var (code, output, error) = await rig.RunAsync("doctor");
        error.ShouldBeEmpty();
        Lines(output).Select(l => l.Split(' ')[1]).ShouldBe(["portal", "identity", "token", "api", "evidence", "postgres", "tls", "log-in"]);
        Lines(output).ShouldAllBe(l => l.StartsWith("✓ "));
        code.ShouldBe(0);
        ingress.Password.ShouldBe("token-of-reporting-agent");
        output.ShouldNotContain("token-of");
    }

    [Fact]
    public async Task A_refused_log_in_says_why_and_what_to_do()
    {
        await using var ingress = FakeIngress.ThatRefuses("target \"shop\" is not yours", "ask for a role");
        await using var rig = await CliRig.StartAsync(ingress.Address);
        rig.Answers["GET /api/requests"] = (200, Array.Empty<object>());
        var (code, output, _) = await rig.RunAsync("doctor");
        code.ShouldBe(1);
        Lines(output)[^1].ShouldBe("✗ log-in    shop: target \"shop\" is not yours → ask for a role");
    }

    [Fact]
    public async Task A_sink_that_is_behind_is_a_cross()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/log/sinks"] = (200, new[] { new { name = "file", behind = 0, late = false }, new { name = "webhook:kept", behind = 12, late = true } });
        var (_, output, _) = await rig.RunAsync("doctor");
        Lines(output).ShouldContain(l => l.StartsWith("✗ evidence  webhook:kept is 12 entries behind since ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_listener_without_tls_is_found()
    {
        await using var ingress = FakeIngress.WithoutTls();
        await using var rig = await CliRig.StartAsync(ingress.Address);
        var (_, output, _) = await rig.RunAsync("doctor");
        Lines(output)[^1].ShouldBe($"✗ tls       {ingress.Address}: TLS is not offered → look at the log of ingress on the status page");
    }

    [Fact]
    public async Task Nothing_there_is_a_cross_on_every_line_with_what_to_do()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Set("HOOP_ENDPOINTS", rig.File("nothing.json"));
        var (code, output, _) = await rig.RunAsync("doctor", "--json");
        code.ShouldBe(3);
        foreach (var check in JsonDocument.Parse(output).RootElement.EnumerateArray())
        {
            check.GetProperty("ok").GetBoolean().ShouldBeFalse();
            check.GetProperty("id").GetString().ShouldNotBeNullOrEmpty();
            check.GetProperty("fix").GetString().ShouldNotBeNullOrEmpty();
        }
    }
}
