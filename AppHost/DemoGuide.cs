using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hoop.AppHost;

/// <summary>Follows the resources: keeps the endpoints file right, and says when Hoop is ready and what to try first.</summary>
sealed class DemoGuide(Demo demo, EndpointReference postgres, EndpointReference portal, EndpointReference identity, ICollection<IResource> resources)
{
    readonly Dictionary<string, int> _processes = [];
    readonly HashSet<string> _awaited = [.. resources.Where(r => r is ProjectResource or ExecutableResource).Select(r => r.Name)];
    bool _ready;

    public async Task RunAsync(DistributedApplication application)
    {
        using var stop = new CancellationTokenSource();
        EndpointsFile.Delete(demo);
        var following = FollowAsync(application.ResourceNotifications, stop.Token);
        await application.RunAsync();
        await stop.CancelAsync();
        await following;
        EndpointsFile.Delete(demo);
    }

    async Task FollowAsync(ResourceNotificationService notifications, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(cancellationToken))
                Follow(change.Resource.Name, change.Snapshot);
        }
        catch (OperationCanceledException)
        {
        }
    }

    void Follow(string name, CustomResourceSnapshot snapshot)
    {
        var changed = Note(name, snapshot.Properties.FirstOrDefault(p => p.Name == "executable.pid")?.Value as int?);
        if (snapshot.HealthStatus is HealthStatus.Healthy)
            _awaited.Remove(name);
        if (_awaited.Count > 0 || _ready && !changed)
            return;
        EndpointsFile.Write(demo, new Endpoints(
            $"{postgres.Host}:{postgres.Port}", portal.Url, identity.Url, demo.StatusUrl, new SortedDictionary<string, int>(_processes), Services()));
        if (!_ready)
            Tour.Print(demo, postgres, portal);
        _ready = true;
    }

    bool Note(string name, int? processId)
    {
        if (processId is not { } id)
            return _processes.Remove(name);
        if (_processes.TryGetValue(name, out var known) && known == id)
            return false;
        _processes[name] = id;
        return true;
    }

    SortedDictionary<string, string> Services() =>
        new(resources.OfType<ProjectResource>().ToDictionary(r => r.Name, r => new EndpointReference(r, "http").Url));
}
