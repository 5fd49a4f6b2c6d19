using Hoop.Ingress.Catalog;
using Hoop.Ingress.Protocols.Postgres.Previews;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sessions;
using Microsoft.Extensions.Options;

namespace Hoop.Ingress.Protocols.Postgres;

/// <summary>What every session needs from the process.</summary>
internal sealed record PostgresServices(
    IGate Gate, ITargetDialer Dialer, ITargetCatalog Catalog, Func<string, SqlContext, SqlAnalysis> Analyze,
    PostgresSessions Sessions, IOptions<PostgresOptions> Settings, TimeProvider Clock, ILogger<PostgresConnectionHandler> Logger)
{
    public PostgresOptions Options => Settings.Value;

    public PreviewSlots Previews { get; } = new();
}

/// <summary>Where the names of a target's database come from.</summary>
internal interface ITargetCatalog
{
    /// <summary>The newest snapshot; loads one when there is none yet.</summary>
    ValueTask<CatalogSnapshot> GetAsync(AuthorizedTarget target, CancellationToken cancel);

    /// <summary>Loads again, after a change that this session made.</summary>
    ValueTask<CatalogSnapshot> RefreshAsync(AuthorizedTarget target, CancellationToken cancel);

    /// <inheritdoc cref="TargetCatalogs.ReadWithinAsync"/>
    Task<CatalogSnapshot> ReadWithinAsync(AuthorizedTarget target, CatalogQuery query, CancellationToken cancel);

    /// <summary>For a statement with names that the newest snapshot lacks: loads again, if that may be done now.</summary>
    /// <param name="principal">Who asks: nobody uses up what others may ask for.</param>
    /// <returns>False: nothing newer is to be had.</returns>
    ValueTask<bool> LookAgainAsync(AuthorizedTarget target, string principal, CatalogSnapshot known, CancellationToken cancel);

    /// <summary>Who changes its names, and who counts on them.</summary>
    NameClaims Claims(AuthorizedTarget target);
}
