using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Running;
using Hoop.AppHost.Tests.Support;
using Shouldly;
using Xunit;

namespace Hoop.AppHost.Tests;

public class RestartTests
{
    [Fact]
    public async Task A_child_that_ends_is_shown_with_its_exit_code_and_restarted()
    {
        await using var rig = new LocalRig();
        rig.AddShell("brief", "exit 3");
        await rig.StartAsync();
        var ended = await rig.UntilAsync("brief", RunState.Restarting);
        ended.Detail.ShouldBe("ended with exit code 3; starts again in 0.5 s");
        var again = await rig.UntilAsync("brief", s => s is { State: RunState.Restarting, Restarts: 2 });
        again.Detail.ShouldEndWith("starts again in 1 s");
    }

    [Fact]
    public async Task A_killed_child_comes_back_with_another_process_id()
    {
        await using var rig = new LocalRig();
        rig.AddShell("steady", "sleep 100");
        await rig.StartAsync();
        var before = (await rig.UntilAsync("steady", RunState.Healthy)).ProcessId!.Value;
        Signals.Send(before, Signals.Kill);
        var after = await rig.UntilAsync("steady", s => s is { State: RunState.Healthy, Restarts: 1 });
        after.ProcessId.ShouldNotBe(before);
    }

    [Fact]
    public async Task A_command_that_does_not_exist_fails_with_a_line_and_is_tried_again()
    {
        await using var rig = new LocalRig();
        rig.Builder.AddResource(new ExecutableResource("absent", "/nonexistent/program", "/"));
        await rig.StartAsync();
        await rig.UntilAsync("absent", RunState.Restarting);
        rig["absent"].Log.Last(5).ShouldContain(line => line.Contains("/nonexistent/program"));
    }

    [Fact]
    public async Task An_error_that_nobody_thought_of_is_shown_and_the_start_tried_again()
    {
        await using var rig = new LocalRig();
        rig.AddShell("steady", "sleep 100").WithAnnotation(new EnvironmentAnnotation("VALUE", new FailsOnce()));
        await rig.StartAsync();
        (await rig.UntilAsync("steady", RunState.Restarting)).Detail.ShouldStartWith("not this time");
        (await rig.UntilAsync("steady", RunState.Healthy)).Restarts.ShouldBe(1);
    }

    [Fact]
    public async Task A_child_that_does_not_get_healthy_is_named_with_its_log()
    {
        await using var rig = new LocalRig(new ImpatientClock());
        rig.AddShell("mute", "sleep 100").WithHttpEndpoint().WithHttpHealthCheck("/health");
        await rig.StartAsync();
        var waiting = await rig.UntilAsync("mute", s => s is { State: RunState.Running, Detail: not "" });
        waiting.Detail.ShouldBe($"not healthy after 30 s, still waiting; its log is {rig["mute"].Log.Path}");
        await using var answers = await OkServer.StartAsync(rig["mute"].Resource);
        await rig.UntilAsync("mute", RunState.Healthy);
    }

    [Fact]
    public async Task A_paused_resource_stays_down_until_it_is_resumed()
    {
        await using var rig = new LocalRig();
        rig.AddShell("steady", "sleep 100");
        await rig.StartAsync();
        await rig.UntilAsync("steady", RunState.Healthy);
        await rig["steady"].PauseAsync(TimeSpan.FromSeconds(2));
        (await rig.UntilAsync("steady", RunState.Stopped)).Detail.ShouldBe("on request");
        rig["steady"].Resume();
        (await rig.UntilAsync("steady", RunState.Healthy)).Restarts.ShouldBe(0);
    }

    [Fact]
    public void Back_off_doubles_to_half_a_minute_and_is_forgotten_after_health()
    {
        var backoff = new Backoff();
        var delays = Enumerable.Range(0, 8).Select(_ => backoff.Next(TimeSpan.Zero).TotalSeconds);
        delays.ShouldBe([0.5, 1, 2, 4, 8, 16, 30, 30]);
        backoff.Next(Backoff.ForgottenAfter).ShouldBe(Backoff.First);
    }

    sealed class FailsOnce : IValueProvider
    {
        bool _failed;

        public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken)
        {
            if (_failed)
                return new("value");
            _failed = true;
            throw new InvalidOperationException("not this time");
        }
    }

    /// <summary>Sees an hour in each second; its timers are as slow as ever.</summary>
    sealed class ImpatientClock : TimeProvider
    {
        public override long GetTimestamp() => base.GetTimestamp() * 3600;
    }
}
