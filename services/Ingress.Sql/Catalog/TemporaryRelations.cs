using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sql.Catalog;

/// <summary>The session's own relations, as far as their columns are known.</summary>
/// <param name="ByName">Their schema is <see cref="Schema"/>. None that inherits from another: what it holds hangs on more than its own name.</param>
/// <param name="SearchPath">What their definitions were written under, and so what names in them mean.</param>
public sealed record TemporaryRelations(IReadOnlyDictionary<string, CatalogRelation> ByName, IReadOnlyList<string> SearchPath)
{
    public const string Schema = "pg_temp";

    const string Prefix = Schema + ".";

    public static readonly TemporaryRelations None = new(new Dictionary<string, CatalogRelation>(), []);

    /// <summary>Some of them are vouched for.</summary>
    public bool AnyVouched { get; } = ByName.Values.Any(static relation => relation.IsVouched);

    /// <summary>The same with nobody vouching for what they hold.</summary>
    public TemporaryRelations Unvouched() => new(ByName.ToDictionary(static own => own.Key, static own => own.Value with { IsVouched = false }), SearchPath);

    public CatalogRelation? Vouched(uint oid) => AnyVouched ? ByName.Values.FirstOrDefault(relation => relation.IsVouched && relation.Oid == oid) : null;

    /// <summary>It depends on what they hold.</summary>
    public static bool Feed(ResultColumn column) => column.Sources.Any(static source => Owns(source.Column));

    /// <summary>One of the session's own relations, or a column of it.</summary>
    public static bool Owns(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    public CatalogRelation? Find(string name) => Owns(name) ? ByName.GetValueOrDefault(name[Prefix.Length..]) : null;
}
