using Aspire.Hosting;
using Hoop.AppHost.Local.Running;
using Hoop.AppHost.Tests.Support;
using Shouldly;
using Xunit;

namespace Hoop.AppHost.Tests;

public class StartOrderTests
{
    [Fact]
    public async Task What_is_waited_for_comes_first()
    {
        await using var rig = new LocalRig();
        var last = rig.AddShell("last", "");
        var middle = rig.AddShell("middle", "");
        var first = rig.AddShell("first", "");
        last.WaitFor(middle);
        middle.WaitFor(first);
        StartOrder.Of(rig.Builder.Resources).Select(r => r.Name).ShouldBe(["first", "middle", "last"]);
    }

    [Fact]
    public async Task A_circle_is_named()
    {
        await using var rig = new LocalRig();
        var a = rig.AddShell("a", "");
        var b = rig.AddShell("b", "").WaitFor(a);
        a.WaitFor(b);
        Should.Throw<DistributedApplicationException>(() => StartOrder.Of(rig.Builder.Resources)).Message.ShouldContain("a → b → a");
    }

    [Fact]
    public async Task Waiting_for_a_database_is_waiting_for_its_server()
    {
        await using var rig = new LocalRig();
        var server = rig.Builder.AddPostgres("server");
        var service = rig.AddShell("service", "").WaitFor(server.AddDatabase("db"));
        StartOrder.DependenciesOf(service.Resource).ShouldBe([server.Resource]);
    }

    [Fact]
    public async Task A_resource_waits_until_what_it_needs_is_healthy()
    {
        await using var rig = new LocalRig();
        var web = rig.AddShell("web", "sleep 100").WithHttpEndpoint().WithHttpHealthCheck("/health");
        rig.AddShell("user", "sleep 100").WaitFor(web);
        await rig.StartAsync();
        await rig.UntilAsync("web", RunState.Running);
        rig["user"].Status.ShouldBe(new ResourceStatus(RunState.Waiting, "for web", null, 0));

        await using var server = await OkServer.StartAsync(rig["web"].Resource);
        await rig.UntilAsync("user", RunState.Healthy);
        rig["web"].Status.State.ShouldBe(RunState.Healthy);
    }
}
