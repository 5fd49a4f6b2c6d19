using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Recipes;

namespace Hoop.AppHost.Local.Running;

/// <summary>Turns the model into running resources, in the order in which they wait for each other, and back.</summary>
sealed class Orchestrator(ICollection<IResource> resources, LocalFolder folder, ResourceNotificationService notifications, TimeProvider time) : IAsyncDisposable
{
    /// <summary>SIGTERM to the end of everything; a resource that uses it up is killed.</summary>
    static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(12), StopEach = TimeSpan.FromSeconds(5);

    readonly ProcessLauncher _launcher = new();
    readonly List<ResourceRunner> _runners = [];

    /// <summary>In start order.</summary>
    public IReadOnlyList<ResourceRunner> Runners => _runners;

    public async Task PlanAsync(CancellationToken cancellationToken)
    {
        var recipes = new RecipeBook(folder, await ContainerEngine.AnswersAsync(cancellationToken));
        var model = recipes.Expand(resources);
        foreach (var endpoint in model.SelectMany(r => r.Annotations).OfType<EndpointAnnotation>())
            endpoint.Port ??= Ports.Free();
        foreach (var resource in StartOrder.Of(model))
            _runners.Add(Runner(resource, recipes.For(resource)));
        FailOnMissingBinaries();
    }

    public async Task RunAsync(CancellationToken stopping, CancellationToken killing)
    {
        foreach (var runner in _runners)
            runner.Start();
        var stopped = new TaskCompletionSource();
        await using (stopping.Register(stopped.SetResult))
            await stopped.Task;
        await StopAsync(killing);
    }

    /// <summary>What nobody waits for goes first, then level by level down to the backing services.</summary>
    async Task StopAsync(CancellationToken killing)
    {
        var began = time.GetTimestamp();
        var remaining = _runners.ToList();
        while (remaining.Count > 0)
        {
            var level = remaining.Where(r => !remaining.Any(other => other.Dependencies.Contains(r))).ToList();
            var left = StopWithin - time.GetElapsedTime(began);
            var grace = left < TimeSpan.Zero ? TimeSpan.Zero : left < StopEach ? left : StopEach;
            await Task.WhenAll(level.Select(r => r.LeaveAsync(grace, killing)));
            remaining.RemoveAll(level.Contains);
        }
    }

    ResourceRunner Runner(IResource resource, Recipe recipe)
    {
        var dependencies = StartOrder.DependenciesOf(resource).Select(d => _runners.Single(r => r.Resource == d)).ToList();
        var log = new LogBuffer(Path.Combine(folder.Logs, resource.Name + ".log"));
        var runner = new ResourceRunner(resource, recipe, dependencies, log, _launcher, time);
        runner.Changed += Report.Changes(notifications, time);
        return runner;
    }

    void FailOnMissingBinaries()
    {
        var missing = _runners.SelectMany(r => r.Recipe.Requires).Where(b => b.Path is null).DistinctBy(b => b.Name).ToList();
        if (missing.Count > 0)
            throw new DistributedApplicationException(string.Join(Environment.NewLine, missing.Select(b =>
                $"{b.Name} is not installed and no container engine answers: apt-get install {b.Package} (./run does it as root or with sudo).")));
    }

    public ValueTask DisposeAsync()
    {
        _launcher.Dispose();
        foreach (var runner in _runners)
            runner.Log.Dispose();
        return ValueTask.CompletedTask;
    }
}
