namespace Hoop.Ingress.Sql.Catalog;

/// <summary>The session's own relations, as far as their columns are known.</summary>
/// <param name="ByName">Their schema is <see cref="Schema"/>. None that inherits from another: what it holds hangs on more than its own name.</param>
/// <param name="SearchPath">What their definitions were written under, and so what names in them mean.</param>
public sealed record TemporaryRelations(IReadOnlyDictionary<string, CatalogRelation> ByName, IReadOnlyList<string> SearchPath)
{
    public const string Schema = "pg_temp";

    public static readonly TemporaryRelations None = new(new Dictionary<string, CatalogRelation>(), []);
}
