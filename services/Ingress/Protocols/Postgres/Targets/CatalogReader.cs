using System.Collections.Concurrent;
using Hoop.Ingress.Catalog;
using Hoop.Ingress.Sessions;

namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>Reads targets' catalogs over connections of Ingress's own: one for each target that is asked often, closed when nobody has asked for <see cref="Idle"/>.</summary>
internal sealed class CatalogReader(ITargetDialer dialer, TimeProvider time) : IAsyncDisposable
{
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, Kept> _kept = new(StringComparer.Ordinal);
    private volatile bool _closed;

    /// <summary>See <see cref="CatalogLoader.LoadAsync"/>. Where the kept connection fails, which the target may have closed, a new one is asked.</summary>
    public async Task<LoadedCatalog> ReadAsync(AuthorizedTarget target, LoadedCatalog? known, CancellationToken cancel)
    {
        if (await TakeAsync(target) is { } kept)
        {
            try
            {
                return await ReadAsync(target, kept, known, cancel);
            }
            catch (TargetUnavailableException) when (!cancel.IsCancellationRequested)
            {
                // Whatever it was: what a new connection says counts.
            }
        }

        return await ReadAsync(target, await PostgresTargetClient.ConnectAsync(dialer, target, cancel), known, cancel);
    }

    private async Task<LoadedCatalog> ReadAsync(AuthorizedTarget target, PostgresTargetClient client, LoadedCatalog? known, CancellationToken cancel)
    {
        var read = false;
        try
        {
            var loaded = await CatalogLoader.LoadAsync(client.QueryAsync, known, cancel);
            read = true;
            return loaded;
        }
        finally
        {
            // After an error it may be in a failed transaction.
            if (!read || !Keep(target, client)) await client.DisposeAsync();
        }
    }

    private async ValueTask<PostgresTargetClient?> TakeAsync(AuthorizedTarget target)
    {
        if (!_kept.TryRemove(target.Name, out var kept)) return null;
        await kept.Timer.DisposeAsync();
        // Another document: another address or credential, perhaps.
        if (ReferenceEquals(kept.Target.Document, target.Document)) return kept.Client;
        await kept.Client.DisposeAsync();
        return null;
    }

    private bool Keep(AuthorizedTarget target, PostgresTargetClient client)
    {
        if (_closed) return false;
        Kept? kept = null;
        var timer = time.CreateTimer(_ => _ = CloseAsync(kept!), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        kept = new(target, client, timer);
        if (!_kept.TryAdd(target.Name, kept))
        {
            timer.Dispose();
            return false;
        }

        timer.Change(Idle, Timeout.InfiniteTimeSpan);
        return true;
    }

    private async Task CloseAsync(Kept kept)
    {
        if (!_kept.TryRemove(new KeyValuePair<string, Kept>(kept.Target.Name, kept))) return;
        await kept.Timer.DisposeAsync();
        await kept.Client.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _closed = true;
        foreach (var kept in _kept.Values) await CloseAsync(kept);
    }

    private sealed record Kept(AuthorizedTarget Target, PostgresTargetClient Client, ITimer Timer);
}
