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

    public NameClaims Claims(AuthorizedTarget target) => catalogs.Claims(target.Name);

    // Not on a session's loop: it may be long.
    private CatalogLoad Load(AuthorizedTarget target) => (known, cancel) => Task.Run(() => read(target, known, cancel), cancel);
}
