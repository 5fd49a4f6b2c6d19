using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Recipes;

namespace Hoop.AppHost.Local.Running;

/// <summary>Keeps one resource running: waits for what it needs, starts it, watches it, restarts it, stops it.</summary>
sealed class ResourceRunner(IResource resource, Recipe recipe, IReadOnlyList<ResourceRunner> dependencies, LogBuffer log, ProcessLauncher launcher, TimeProvider time)
{
    static readonly TimeSpan ProbeWhileStarting = TimeSpan.FromMilliseconds(150), ProbeWhileHealthy = TimeSpan.FromSeconds(3);

    /// <summary>After this the person who waits is told what for.</summary>
    public static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(30);

    readonly TaskCompletionSource _healthy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly CancellationTokenSource _leave = new();
    readonly Backoff _backoff = new();
    TaskCompletionSource _resume = Completed();
    ChildProcess? _child;
    Task _loop = Task.CompletedTask;
    int _restarts;

    public IResource Resource => resource;

    public string Name => resource.Name;

    public Recipe Recipe => recipe;

    public IReadOnlyList<ResourceRunner> Dependencies => dependencies;

    public LogBuffer Log => log;

    public ResourceStatus Status { get; private set; } = new(RunState.Waiting, "", null, 0);

    /// <summary>Completes when it is healthy for the first time.</summary>
    public Task Healthy => _healthy.Task;

    public event Action<ResourceRunner>? Changed;

    public void Start() => _loop = RunAsync(_leave.Token);

    /// <summary>Stops it for good.</summary>
    public async Task LeaveAsync(TimeSpan grace, CancellationToken killing)
    {
        await _leave.CancelAsync();
        await _loop;
        if (_child is { } child)
            await child.StopAsync(grace, time, killing);
        Set(RunState.Stopped, "", null);
    }

    /// <summary>Stops it until <see cref="Resume"/>: to see how the others do without it.</summary>
    public async Task PauseAsync(TimeSpan grace)
    {
        if (_resume.Task.IsCompleted)
            _resume = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_child is { } child)
            await child.StopAsync(grace, time, _leave.Token);
    }

    public void Resume() => _resume.TrySetResult();

    async Task RunAsync(CancellationToken leaving)
    {
        try
        {
            await WaitForDependenciesAsync(leaving);
            while (true)
            {
                await WaitWhilePausedAsync(leaving);
                var (reason, healthyFor) = await RunOnceAsync(leaving);
                if (!_resume.Task.IsCompleted)
                    continue;
                var delay = _backoff.Next(healthyFor);
                _restarts++;
                Set(RunState.Restarting, $"{reason}; starts again in {delay.TotalSeconds:0.#} s", null);
                await Task.Delay(delay, time, leaving);
            }
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
        }
    }

    async Task WaitForDependenciesAsync(CancellationToken leaving)
    {
        foreach (var dependency in dependencies)
        {
            Set(RunState.Waiting, $"for {dependency.Name}", null);
            await dependency.Healthy.WaitAsync(leaving);
        }
    }

    async Task WaitWhilePausedAsync(CancellationToken leaving)
    {
        if (_resume.Task.IsCompleted)
            return;
        Set(RunState.Stopped, "on request", null);
        await _resume.Task.WaitAsync(leaving);
    }

    async Task<(string Reason, TimeSpan HealthyFor)> RunOnceAsync(CancellationToken leaving)
    {
        long? healthySince = null;
        try
        {
            Set(RunState.Starting, "", null);
            var child = _child = await launcher.StartAsync(await recipe.PrepareAsync(leaving), log);
            Set(RunState.Running, "", child.Id);
            if (await BecomesHealthyAsync(child, leaving))
            {
                healthySince = time.GetTimestamp();
                await WatchAsync(child, leaving);
            }
            var code = await child.Exited.WaitAsync(leaving);
            return ($"ended with {Describe(code)}", HealthyFor(healthySince));
        }
        // Whatever it is: a runner that ended with an exception would leave its resource down for ever, and nobody told.
        catch (Exception problem) when (!leaving.IsCancellationRequested)
        {
            log.Append(problem.Message);
            Set(RunState.Failed, problem.Message, _child?.Id);
            if (_child is { } child)
                await child.StopAsync(TimeSpan.FromSeconds(2), time, leaving);
            return (problem.Message, HealthyFor(healthySince));
        }
        finally
        {
            // While leaving, LeaveAsync still has to stop it.
            if (!leaving.IsCancellationRequested)
                _child = null;
        }
    }

    /// <summary>False when it ended first.</summary>
    async Task<bool> BecomesHealthyAsync(ChildProcess child, CancellationToken leaving)
    {
        var began = time.GetTimestamp();
        var told = false;
        while (!await recipe.ProbeAsync(leaving))
        {
            if (await EndsWithinAsync(child, ProbeWhileStarting, leaving))
                return false;
            if (told || time.GetElapsedTime(began) < SlowStart)
                continue;
            Set(RunState.Running, $"not healthy after {SlowStart.TotalSeconds:0} s, still waiting; its log is {log.Path}", child.Id);
            told = true;
        }
        await recipe.CompleteAsync(leaving);
        if (child.Exited.IsCompleted)
            return false;
        Set(RunState.Healthy, "", child.Id);
        _healthy.TrySetResult();
        return true;
    }

    async Task WatchAsync(ChildProcess child, CancellationToken leaving)
    {
        while (!await EndsWithinAsync(child, ProbeWhileHealthy, leaving))
        {
            var works = await recipe.ProbeAsync(leaving);
            if (works != (Status.State is RunState.Healthy) && !child.Exited.IsCompleted)
                Set(works ? RunState.Healthy : RunState.Running, works ? "" : "its health check fails", child.Id);
        }
    }

    async Task<bool> EndsWithinAsync(ChildProcess child, TimeSpan wait, CancellationToken leaving)
    {
        try
        {
            await child.Exited.WaitAsync(wait, time, leaving);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    TimeSpan HealthyFor(long? since) => since is { } start ? time.GetElapsedTime(start) : TimeSpan.Zero;

    void Set(RunState state, string detail, int? processId)
    {
        Status = new ResourceStatus(state, detail, processId, _restarts);
        Changed?.Invoke(this);
    }

    /// <summary>Shells and .NET tell a signal as 128 + its number.</summary>
    static string Describe(int code) => code > 128 ? $"signal {code - 128}" : $"exit code {code}";

    static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
