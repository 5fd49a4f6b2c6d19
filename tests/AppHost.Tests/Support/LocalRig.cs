using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Running;
using Microsoft.Extensions.Configuration;

namespace Hoop.AppHost.Tests.Support;

/// <summary>A model of small processes, run by the real orchestrator in a folder of its own.</summary>
sealed class LocalRig : IAsyncDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("hoop-apphost-").FullName;
    readonly CancellationTokenSource _stopping = new();
    readonly List<(string Name, RunState State)> _history = [];
    Task _running = Task.CompletedTask;

    public LocalRig(TimeProvider? time = null)
    {
        Builder = new DistributedApplicationBuilder(new ConfigurationManager(), _folder, LocalFolder.Take(Path.Combine(_folder, "local")));
        Orchestrator = new Orchestrator(Builder.Resources, Builder.Folder, Notifications, time ?? TimeProvider.System);
    }

    public DistributedApplicationBuilder Builder { get; }

    public ResourceNotificationService Notifications { get; } = new();

    public Orchestrator Orchestrator { get; }

    public string Folder => _folder;

    /// <summary>Every state of every resource, in order.</summary>
    public IReadOnlyList<(string Name, RunState State)> History
    {
        get
        {
            lock (_history)
                return [.. _history];
        }
    }

    public IResourceBuilder<ExecutableResource> AddShell(string name, string script) => Builder.AddExecutable(name, "sh", "/", "-c", script);

    public async Task PlanAsync()
    {
        await Orchestrator.PlanAsync(CancellationToken.None);
        foreach (var runner in Orchestrator.Runners)
            runner.Changed += r =>
            {
                lock (_history)
                    _history.Add((r.Name, r.Status.State));
            };
    }

    public async Task StartAsync()
    {
        await PlanAsync();
        _running = Orchestrator.RunAsync(_stopping.Token, CancellationToken.None);
    }

    public ResourceRunner this[string name] => Orchestrator.Runners.Single(r => r.Name == name);

    public async Task<ResourceStatus> UntilAsync(string name, Func<ResourceStatus, bool> condition)
    {
        var runner = this[name];
        var seen = new TaskCompletionSource<ResourceStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        runner.Changed += Check;
        Check(runner);
        return await seen.Task.WaitAsync(TimeSpan.FromSeconds(20));

        void Check(ResourceRunner r)
        {
            if (condition(r.Status))
                seen.TrySetResult(r.Status);
        }
    }

    public Task<ResourceStatus> UntilAsync(string name, RunState state) => UntilAsync(name, s => s.State == state);

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Orchestrator.DisposeAsync();
        Builder.Folder.Dispose();
        _stopping.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
