using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Catalog;

/// <summary>What is PostgreSQL's own in a database: most of a catalog, and hardly ever changed.</summary>
/// <param name="Stamp">What <see cref="CatalogSql.Stamp"/> said of it.</param>
/// <param name="Columns">By the relation's oid.</param>
/// <param name="Functions">By <c>schema.name</c>.</param>
internal sealed record SystemCatalog(string Stamp, ILookup<string, CatalogColumn> Columns, IReadOnlyDictionary<string, IReadOnlyList<CatalogFunction>> Functions);
