using Aspire.Hosting;
using Hoop.AppHost.Local.Running;
using Hoop.AppHost.Tests.Support;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.AppHost.Tests;

public class StopTests
{
    [Fact]
    public async Task Everything_stops_in_reverse_order()
    {
        await using var rig = new LocalRig();
        var first = rig.AddShell("first", "sleep 100");
        var middle = rig.AddShell("middle", "sleep 100").WaitFor(first);
        rig.AddShell("last", "sleep 100").WaitFor(middle);
        await rig.StartAsync();
        await rig.UntilAsync("last", RunState.Healthy);
        await rig.StopAsync();
        rig.History.Where(h => h.State == RunState.Stopped).Select(h => h.Name).ShouldBe(["last", "middle", "first"]);
    }

    [Fact]
    public async Task Nothing_is_left_of_a_child_that_started_others()
    {
        await using var rig = new LocalRig();
        rig.AddShell("parent", "sleep 100 & (sleep 100 & sleep 100) & echo ready; wait");
        await rig.StartAsync();
        var parent = (await rig.UntilAsync("parent", RunState.Healthy)).ProcessId!.Value;
        await Eventually.TrueAsync(() => ProcessTable.Of(parent).Count >= 4);
        await rig.StopAsync();
        ProcessTable.Of(parent).ShouldBeEmpty();
    }

    [Fact]
    public async Task Children_of_a_killed_child_die_with_it()
    {
        await using var rig = new LocalRig();
        rig.AddShell("parent", "sleep 100 & wait");
        await rig.StartAsync();
        var parent = (await rig.UntilAsync("parent", RunState.Healthy)).ProcessId!.Value;
        await Eventually.TrueAsync(() => ProcessTable.Of(parent).Count >= 2);
        Signals.Send(parent, Signals.Kill);
        await rig.UntilAsync("parent", RunState.Restarting);
        await Eventually.TrueAsync(() => ProcessTable.Of(parent).Count == 0);
    }

    [Fact]
    public async Task A_child_that_ignores_SIGTERM_is_killed_after_its_grace()
    {
        await using var rig = new LocalRig();
        rig.AddShell("deaf", "trap '' TERM; echo deaf; while :; do sleep 100; done");
        await rig.StartAsync();
        var deaf = (await rig.UntilAsync("deaf", RunState.Healthy)).ProcessId!.Value;
        await Eventually.TrueAsync(() => rig["deaf"].Log.Last(1).Contains("deaf"));
        await rig["deaf"].LeaveAsync(TimeSpan.FromMilliseconds(100), CancellationToken.None);
        ProcessTable.Of(deaf).ShouldBeEmpty();
        rig["deaf"].Status.State.ShouldBe(RunState.Stopped);
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_a_restart_that_is_due()
    {
        await using var rig = new LocalRig();
        rig.AddShell("brief", "exit 1");
        await rig.StartAsync();
        await rig.UntilAsync("brief", s => s is { State: RunState.Restarting, Restarts: >= 3 });
        await rig.StopAsync().WaitAsync(TimeSpan.FromSeconds(2));
        rig["brief"].Status.State.ShouldBe(RunState.Stopped);
    }
}
