using System.Collections.Concurrent;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Catalog;

/// <summary>
/// The targets' names, one snapshot each, shared by all sessions. A snapshot is used for <see cref="FreshFor"/>; after that the target is asked whether it still holds, and if not it is loaded
/// again, in the background while the old one serves on, for at most <see cref="UsableFor"/>; after a pause in which nobody asked, whoever comes first waits for it. After DDL (<see cref="Invalidate"/>) the
/// old one is known to be wrong: whoever comes next waits for a load that began after it, and is refused if that fails. What was made past Hoop is looked for
/// when a statement names it (<see cref="LookAgainAsync"/>), as often as <see cref="LookBudget"/> lets.
/// </summary>
internal sealed class TargetCatalogs(TimeProvider time, ILogger<TargetCatalogs> logger)
{
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(2);

    /// <summary>Where asking or loading takes long, so many times as long, so that no target is kept busy by it; but no longer than <see cref="MostFreshFor"/>.</summary>
    public const int Rest = 50;

    public static readonly TimeSpan MostFreshFor = TimeSpan.FromSeconds(60);

    public static readonly TimeSpan UsableFor = TimeSpan.FromMinutes(5);

    /// <summary>So long a statement waits for its names to be looked for; then it is judged without.</summary>
    public static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, TargetCatalog> _targets = new(StringComparer.Ordinal);
    private long _version;

    /// <summary>Throws <see cref="CatalogUnavailableException"/> when no good snapshot is to be had: then nothing may run.</summary>
    /// <param name="load">One call serves all who wait.</param>
    public ValueTask<CatalogSnapshot> GetAsync(string target, CatalogLoad load, CancellationToken cancel) =>
        Of(target).GetAsync(load, cancel);

    /// <summary>The snapshot while it needs no loading; null: ask for one.</summary>
    public CatalogSnapshot? Fresh(string target) => Of(target).Fresh;

    /// <summary>The names as the transaction sees them that is open on a connection.</summary>
    public Task<CatalogSnapshot> ReadWithinAsync(string target, CatalogQuery query, CancellationToken cancel) => CatalogLoader.ReadWithinAsync(query, Of(target).System, cancel);

    /// <summary>A load for the sake of names that <paramref name="known"/> lacks. Others are not held up by it, and lose nothing when it fails.</summary>
    /// <param name="principal">Who asks, see <see cref="LookBudget"/>.</param>
    /// <returns>False: nothing newer is to be had now.</returns>
    public ValueTask<bool> LookAgainAsync(string target, string principal, CatalogSnapshot known, CatalogLoad load, CancellationToken cancel) =>
        Of(target).LookAgainAsync(principal, known, load, cancel);

    /// <summary>Something changed what the catalog says of the target, or may have.</summary>
    public void Invalidate(string target) => Of(target).Invalidate();

    public NameClaims Claims(string target) => Of(target).Claims;

    private TargetCatalog Of(string target) =>
        _targets.GetOrAdd(target, name => new(name, time, logger, () => Interlocked.Increment(ref _version)));
}
