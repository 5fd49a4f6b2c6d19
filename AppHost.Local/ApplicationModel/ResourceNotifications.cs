using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

public sealed record ResourceStateSnapshot(string Text, string? Style);

public sealed record ResourcePropertySnapshot(string Name, object? Value);

public sealed record CustomResourceSnapshot
{
    public ResourceStateSnapshot? State { get; init; }

    public HealthStatus? HealthStatus { get; init; }

    public ImmutableArray<ResourcePropertySnapshot> Properties { get; init; } = [];
}

public sealed record ResourceEvent(IResource Resource, string ResourceId, CustomResourceSnapshot Snapshot);

/// <summary>Tells what happens to the resources: the latest state first, then every change.</summary>
public sealed class ResourceNotificationService
{
    readonly ConcurrentDictionary<string, ResourceEvent> _latest = new();
    readonly ConcurrentDictionary<Channel<ResourceEvent>, byte> _watchers = new();

    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>();
        _watchers[channel] = 0;
        try
        {
            foreach (var latest in _latest.Values)
                yield return latest;
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken))
                yield return change;
        }
        finally
        {
            _watchers.TryRemove(channel, out _);
        }
    }

    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default)
    {
        await foreach (var change in WatchAsync(cancellationToken))
            if (change.Resource.Name == resourceName && change.Snapshot.HealthStatus == HealthStatus.Healthy)
                return change;
        throw new OperationCanceledException(cancellationToken);
    }

    internal void Publish(ResourceEvent change)
    {
        _latest[change.Resource.Name] = change;
        foreach (var watcher in _watchers.Keys)
            watcher.Writer.TryWrite(change);
    }
}
