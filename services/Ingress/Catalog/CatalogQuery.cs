namespace Hoop.Ingress.Catalog;

/// <summary>Runs one statement on one connection of the target, always the same one, and returns its rows as text (NULL as null).</summary>
internal delegate Task<IReadOnlyList<string?[]>> CatalogQuery(string sql, CancellationToken cancel);

/// <summary>Opens a connection to a target, or takes one that is open, and calls <see cref="CatalogLoader.LoadAsync"/>.</summary>
/// <param name="known">What was read last; it comes back when nothing changed.</param>
internal delegate Task<LoadedCatalog> CatalogLoad(LoadedCatalog? known, CancellationToken cancel);
