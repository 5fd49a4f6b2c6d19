using Hoop.Ingress.Catalog;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>The targets' names, loaded over a connection of the gateway's own and shared by all sessions.</summary>
/// <param name="read">See <see cref="CatalogReader.ReadAsync(AuthorizedTarget, LoadedCatalog?, CancellationToken)"/>.</param>
internal sealed class PostgresTargetCatalog(TargetCatalogs catalogs, Func<AuthorizedTarget, LoadedCatalog?, CancellationToken, Task<LoadedCatalog>> read) : ITargetCatalog
{
    /// <exception cref="TargetUnavailableException">Without the names nothing can be judged: the statement is refused.</exception>
    public ValueTask<CatalogSnapshot> GetAsync(AuthorizedTarget target, CancellationToken cancel) =>
        catalogs.Fresh(target.Name) is { } snapshot ? new(snapshot) : LoadedAsync(target, cancel);

    private async ValueTask<CatalogSnapshot> LoadedAsync(AuthorizedTarget target, CancellationToken cancel)
    {
        try
        {
            return await catalogs.GetAsync(target.Name, Load(target), cancel);
        }
        catch (CatalogUnavailableException e)
        {
            throw new TargetUnavailableException("08006", e.Message, e);
        }
    }

    public ValueTask<CatalogSnapshot> RefreshAsync(AuthorizedTarget target, CancellationToken cancel)
    {
        catalogs.Invalidate(target.Name);
        return GetAsync(target, cancel);
    }

    public Task<CatalogSnapshot> ReadWithinAsync(AuthorizedTarget target, CatalogQuery query, CancellationToken cancel) => catalogs.ReadWithinAsync(target.Name, query, cancel);

    public ValueTask<bool> LookAgainAsync(AuthorizedTarget target, string principal, CatalogSnapshot known, CancellationToken cancel) =>
        catalogs.LookAgainAsync(target.Name, principal, known, Load(target), cancel);

    public INamesChange BeginChange(AuthorizedTarget target) => catalogs.BeginChange(target.Name);

    public long? Changes(AuthorizedTarget target, INamesChange? own) => catalogs.Changes(target.Name, own);

    public bool AreChanging(AuthorizedTarget target, INamesChange? own) => catalogs.AreChanging(target.Name, own);

    public bool TryUse(AuthorizedTarget target, INamesUse use, long changes, INamesChange? own) => catalogs.TryUse(target.Name, use, changes, own);

    public void EndUse(AuthorizedTarget target, INamesUse use) => catalogs.EndUse(target.Name, use);

    public bool AreUsedBeside(AuthorizedTarget target, object session, IReadOnlySet<string>? names) => catalogs.AreUsedBeside(target.Name, session, names);

    // Not on a session's loop: it may be long.
    private CatalogLoad Load(AuthorizedTarget target) => (known, cancel) => Task.Run(() => read(target, known, cancel), cancel);
}
