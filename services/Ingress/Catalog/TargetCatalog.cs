using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Catalog;

/// <summary>One target's snapshot: how old it is, and the one load that is under way.</summary>
internal sealed class TargetCatalog(string target, TimeProvider time, ILogger logger, Func<long> nextVersion)
{
    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private LoadedCatalog? _current;
    private long _loadedAt;
    private long _lastFailure;
    private bool _failed;
    private bool _stale;
    private TimeSpan _freshFor = TargetCatalogs.FreshFor;
    private NameClaims? _claims;
    private int _changes;
    private Task<CatalogSnapshot>? _loading;
    private int _loadingSince;
    private long _loadingAt;
    private readonly LookBudget _looks = new(time);

    /// <summary>It may lack something: whoever comes next waits for a load that began after this.</summary>
    public void Invalidate()
    {
        lock (_lock)
        {
            _changes++;
            _stale = true;
        }
    }

    /// <summary>Until a change is committed nobody else sees it, nor could read past its locks: the snapshot stays.</summary>
    public NameClaims Claims
    {
        get
        {
            lock (_lock) return _claims ??= new(time, () => Known, Invalidate);
        }
    }

    private CatalogSnapshot Known
    {
        get
        {
            lock (_lock) return _current?.Snapshot ?? CatalogSnapshot.Empty;
        }
    }

    public SystemCatalog? System
    {
        get
        {
            lock (_lock) return _current?.System;
        }
    }

    public CatalogSnapshot? Fresh
    {
        get
        {
            lock (_lock) return _current is { } current && !_stale && time.GetElapsedTime(_loadedAt) < _freshFor ? current.Snapshot : null;
        }
    }

    public ValueTask<CatalogSnapshot> GetAsync(CatalogLoad load, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_current is { } current && !_stale)
            {
                var age = time.GetElapsedTime(_loadedAt);
                if (age < _freshFor) return new(current.Snapshot);
                if (age < TargetCatalogs.UsableFor)
                {
                    // Nobody asked for a while, so that nobody had it loaded again.
                    if (age >= 2 * _freshFor && _loading is null && !_failed) return new(RenewedAsync(load, cancel));
                    if (_loading is null && (!_failed || time.GetElapsedTime(_lastFailure) >= RetryAfter)) Observe(Start(load));
                    return new(current.Snapshot);
                }
            }
        }
        return new(WaitAsync(load, cancel));
    }

    public async ValueTask<bool> LookAgainAsync(string principal, CatalogSnapshot known, CatalogLoad load, CancellationToken cancel)
    {
        var asked = time.GetTimestamp();
        try
        {
            while (true)
            {
                Task<CatalogSnapshot> loading;
                bool late;
                lock (_lock)
                {
                    if (_current is { } current && !ReferenceEquals(current.Snapshot, known)) return true;
                    if (_loading is null && !_looks.TryTake(principal)) return false;
                    loading = _loading ?? Start(load);
                    late = _loadingAt >= asked;
                }
                var left = TargetCatalogs.LookTimeout - time.GetElapsedTime(asked);
                var found = await loading.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancel);
                // One that was under way already may have missed what is looked for.
                if (late) return !ReferenceEquals(found, known);
            }
        }
        catch (Exception e) when (e is CatalogUnavailableException or TimeoutException)
        {
            return false;
        }
    }

    private async Task<CatalogSnapshot> RenewedAsync(CatalogLoad load, CancellationToken cancel)
    {
        try
        {
            return await WaitAsync(load, cancel);
        }
        catch (CatalogUnavailableException)
        {
            // Not known to be wrong: good for a while yet.
            return await GetAsync(load, cancel);
        }
    }

    /// <summary>A load that began before the last change may have missed it. Changes after the question count for nothing here, or who asks might wait for as long as somebody goes on changing.</summary>
    private async Task<CatalogSnapshot> WaitAsync(CatalogLoad load, CancellationToken cancel)
    {
        int asked;
        lock (_lock) asked = _changes;
        while (true)
        {
            Task<CatalogSnapshot> loading;
            bool recent;
            lock (_lock)
            {
                loading = _loading ?? Start(load);
                recent = _loadingSince >= asked;
            }
            if (recent) return await loading.WaitAsync(cancel);
            await ((Task)loading).WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
        }
    }

    private Task<CatalogSnapshot> Start(CatalogLoad load)
    {
        _loadingSince = _changes;
        var (since, known) = (_changes, _current);
        _loadingAt = time.GetTimestamp();
        return _loading = Task.Run(() => LoadAsync(load, known, since), CancellationToken.None);
    }

    /// <summary>Not tied to the session that asked first: others wait for it too.</summary>
    private async Task<CatalogSnapshot> LoadAsync(CatalogLoad load, LoadedCatalog? known, int since)
    {
        using var timeout = new CancellationTokenSource(LoadTimeout, time);
        try
        {
            return Keep(await load(known, timeout.Token).WaitAsync(timeout.Token), since);
        }
        catch (Exception e)
        {
            var reason = timeout.IsCancellationRequested ? "it took too long" : e.Message;
            CatalogLog.Failed(logger, target, reason);
            lock (_lock)
            {
                (_loading, _failed, _lastFailure) = (null, true, time.GetTimestamp());
                Took();
            }
            throw new CatalogUnavailableException(target, reason, e);
        }
    }

    private CatalogSnapshot Keep(LoadedCatalog loaded, int since)
    {
        lock (_lock)
        {
            // Nothing new: the same snapshot, so that what was worked out from it stays good.
            if (_current is { } known && known.Digest == loaded.Digest) _current = loaded with { Snapshot = known.Snapshot };
            else
            {
                _current = loaded with { Snapshot = loaded.Snapshot with { Version = nextVersion() } };
                CatalogLog.Loaded(logger, target, _current.Snapshot.Version, _current.Snapshot.Relations.Count, _current.Snapshot.Functions.Count);
            }
            (_loading, _failed, _loadedAt) = (null, false, time.GetTimestamp());
            Took();
            if (since == _changes) _stale = false;
            return _current!.Snapshot;
        }
    }

    private void Took()
    {
        var load = time.GetElapsedTime(_loadingAt);
        _looks.Took(load);
        var rest = TargetCatalogs.Rest * load;
        _freshFor = rest > TargetCatalogs.MostFreshFor ? TargetCatalogs.MostFreshFor : rest > TargetCatalogs.FreshFor ? rest : TargetCatalogs.FreshFor;
    }

    /// <summary>Its failure is logged and kept; nobody else looks at the task.</summary>
    private static void Observe(Task task) => task.ContinueWith(static t => t.Exception, TaskScheduler.Default);
}
