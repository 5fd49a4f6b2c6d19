using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hoop.AppHost.Local.Running;

/// <summary>Tells watchers and the person at the terminal what changed.</summary>
static class Report
{
    const int LastWords = 5;

    public static Action<ResourceRunner> Changes(ResourceNotificationService notifications, TimeProvider time)
    {
        var began = time.GetTimestamp();
        return runner =>
        {
            Print(runner, time.GetElapsedTime(began));
            notifications.Publish(new ResourceEvent(runner.Resource, runner.Name, Snapshot(runner.Status)));
        };
    }

    static CustomResourceSnapshot Snapshot(ResourceStatus status) => new()
    {
        State = new ResourceStateSnapshot(status.State.ToString(), null),
        HealthStatus = status.State switch
        {
            RunState.Healthy => HealthStatus.Healthy,
            RunState.Running => HealthStatus.Unhealthy,
            _ => null,
        },
        Properties = status.ProcessId is { } id ? [new ResourcePropertySnapshot("executable.pid", id)] : [],
    };

    static void Print(ResourceRunner runner, TimeSpan at)
    {
        var status = runner.Status;
        var unwell = status is { State: RunState.Running, Detail: not "" };
        if (status.State is RunState.Healthy)
            LocalConsole.Line($"  {at.TotalSeconds,5:0.0} s  {runner.Name} is healthy");
        else if (unwell || status.State is RunState.Restarting or RunState.Failed)
            LocalConsole.Problem($"  {at.TotalSeconds,5:0.0} s  {runner.Name}: {status.Detail}");
        // The first time it says why; after that the log does.
        if (unwell || status is { State: RunState.Restarting, Restarts: 1 })
            foreach (var line in runner.Log.Last(LastWords))
                LocalConsole.Problem($"           | {line}");
    }
}
