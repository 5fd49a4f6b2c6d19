namespace Hoop.Ingress.Catalog;

/// <summary>Runs one statement on one connection of the target, always the same one, and returns its rows as text (NULL as null).</summary>
internal delegate Task<IReadOnlyList<string?[]>> CatalogQuery(string sql, CancellationToken cancel);
