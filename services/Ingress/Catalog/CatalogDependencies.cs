using System.Globalization;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Catalog;

/// <summary>The rows of <see cref="CatalogSql.Dependencies"/>, by names.</summary>
internal sealed class CatalogDependencies
{
    private readonly Dictionary<string, string> _names = [];

    /// <param name="relations">Names by oid.</param>
    public CatalogDependencies(IReadOnlyList<string?[]> rows, IReadOnlyDictionary<string, string> relations, IReadOnlyList<string?[]> functions)
    {
        foreach (var (oid, name) in relations) _names[$"r{oid}"] = CatalogDependent.Table(name);
        foreach (var f in functions) _names[$"f{f[0]}"] = CatalogDependent.Function($"{f[1]}.{f[2]}");
        foreach (var named in rows.Where(static r => r[1] == "="))
            _names[named[0]!] = named[0]![0] switch { 't' => CatalogDependent.Type(named[2]!), 'e' => CatalogDependent.Extension(named[2]!), _ => CatalogDependent.Schema(named[2]!) };
        Types = [.. rows.Where(static r => r[1] == "=" && r[0]![0] == 't').Select(static r => r[2]!).Distinct()];
        // Where two are called alike ("a.b"."c" and "a"."b.c"), either may be meant.
        Indexes = rows.Where(static r => r[1] == "i").GroupBy(static r => r[2]!)
            .ToDictionary(static g => g.Key, g => (IReadOnlyList<string>)[.. g.Select(r => relations.GetValueOrDefault(r[0]![1..])).OfType<string>()]);
        Dependents = rows.Where(static r => r[1] is not ("=" or "i")).GroupBy(r => Name(r[2]!))
            .ToDictionary(static g => g.Key, g => (IReadOnlyList<CatalogDependent>)[.. g.Select(r => Dependent(Name(r[0]!), r[1]!)).Distinct()]);
    }

    public IReadOnlyList<string> Types { get; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Indexes { get; }

    public IReadOnlyDictionary<string, IReadOnlyList<CatalogDependent>> Dependents { get; }

    private static CatalogDependent Dependent(string node, string how)
    {
        var part = how.IndexOf('/', StringComparison.Ordinal);
        return new(node, how[0], how.Contains('+'), part > 0) { Column = part > 0 && part < how.Length - 1 ? short.Parse(how[(part + 1)..], CultureInfo.InvariantCulture) : null };
    }

    // What nobody can name is known by its number.
    private string Name(string node) => _names.GetValueOrDefault(node, node);
}
