using System.Collections.Concurrent;

namespace Hoop.Ingress.Protocols.Postgres.Previews;

/// <summary>However many statements are held at once, a target is asked about a few of them at a time: its connections are its clients'.</summary>
internal sealed class PreviewSlots
{
    private const int AtOnce = 4;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> targets = new(StringComparer.Ordinal);

    internal async Task<IDisposable> EnterAsync(string target, CancellationToken cancel)
    {
        var places = targets.GetOrAdd(target, static _ => new SemaphoreSlim(AtOnce, AtOnce));
        await places.WaitAsync(cancel);
        return new Place(places);
    }

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
