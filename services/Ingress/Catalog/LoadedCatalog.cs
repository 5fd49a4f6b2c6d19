using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Catalog;

/// <summary>A snapshot as read.</summary>
/// <param name="Digest">SHA-256 over everything that was read: equal digests, equal snapshots.</param>
internal sealed record LoadedCatalog(CatalogSnapshot Snapshot, string Digest)
{
    private const string Nothing = "{}";

    /// <summary>The part of it that is PostgreSQL's own; null where a test made it.</summary>
    public SystemCatalog? System { get; init; }

    /// <summary>What <see cref="CatalogSql.Stamp"/> said then.</summary>
    public string Stamp { get; init; } = "";

    /// <summary>What was locked then, and is left out: oids, as PostgreSQL writes an array.</summary>
    public string Locked { get; init; } = Nothing;

    /// <summary>Reading again would give the same, or less where something is locked that was not: nothing was committed, so that what was read of it is right.</summary>
    public bool IsStill(string stamp, string locked) => stamp == Stamp && (Locked == Nothing || locked == Locked);
}
