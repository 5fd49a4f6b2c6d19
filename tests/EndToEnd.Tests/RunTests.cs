using System.Net.Http.Json;
using System.Text.Json;
using Hoop.EndToEnd.Tests.Support;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests;

/// <summary>What <c>./run</c> promises while it runs.</summary>
public class RunTests(DemoSystem hoop)
{
    [Fact]
    public async Task The_status_page_lists_every_resource_as_healthy()
    {
        using var http = new HttpClient();
        var resources = await http.GetFromJsonAsync<JsonElement>(new Uri(hoop.Status, "/api/resources"));
        var names = resources.EnumerateArray().Select(resource => resource.GetProperty("name").GetString()).ToList();
        foreach (var name in new[] { "postgres", "redis", "rabbitmq", "identity", "policy", "masking", "approval", "audit", "ingress" }) names.ShouldContain(name);
        (await http.GetStringAsync(hoop.Status)).ShouldContain("ingress");
    }

    [Fact]
    public void The_whole_system_stays_within_its_memory()
    {
        var pids = hoop.Endpoints.GetProperty("pids").EnumerateObject().Select(entry => entry.Value.GetInt32()).Append(hoop.Run.ProcessId).ToHashSet();
        var proportional = ProcessTree.Of(pids).Sum(ProcessTree.ProportionalMemory);
        TestContext.Current.TestOutputHelper?.WriteLine($"{proportional >> 20} MiB");
        (proportional >> 20).ShouldBeInRange(100, 1229);
    }

    [Fact]
    public async Task Audit_gives_way_to_what_answers_clients()
    {
        var audit = hoop.PidOf("audit");
        // It does not while it is late, and what is stored tells it that it no longer is.
        await Eventually.TrueAsync(async () => (await hoop.PsqlAsync("select 1")).ExitCode == 0 && ProcessTree.NicenessOfThreads(audit).All(nice => nice == 10));
        ProcessTree.NicenessOfThreads(hoop.PidOf("ingress")).ShouldAllBe(nice => nice == 0);
        // Not every kernel has these groups.
        if (File.Exists($"/proc/{audit}/autogroup")) File.ReadAllText($"/proc/{audit}/autogroup").ShouldEndWith("nice 10\n");
    }

    [Fact]
    public async Task Doctor_finds_nothing_wrong()
    {
        var result = await hoop.CliAsync("doctor", "--as", "reporting-agent");
        result.ExitCode.ShouldBe(0, result.ToString());
    }

    [Fact]
    public async Task Stopping_leaves_nothing_behind()
    {
        var system = new HoopSystem();
        await system.StartAsync();
        var pids = system.Endpoints.GetProperty("pids").EnumerateObject().Select(entry => entry.Value.GetInt32()).Append(system.Run.ProcessId).ToHashSet();
        var tree = ProcessTree.Of(pids);
        tree.Count.ShouldBeGreaterThan(9);
        await system.DisposeAsync();
        tree.Where(ProcessTree.IsAlive).ShouldBeEmpty();
    }
}
