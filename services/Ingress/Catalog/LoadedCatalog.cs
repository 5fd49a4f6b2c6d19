using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Catalog;

/// <summary>A snapshot as read.</summary>
/// <param name="Digest">SHA-256 over everything that was read: equal digests, equal snapshots.</param>
/// <param name="Partial">Something was locked, and is left out.</param>
internal sealed record LoadedCatalog(CatalogSnapshot Snapshot, string Digest, bool Partial = false);
