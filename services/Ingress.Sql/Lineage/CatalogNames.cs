using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>What is worked out once per snapshot: relations' columns, and which tables share rows by inheritance.</summary>
sealed class CatalogNames
{
    static readonly ConditionalWeakTable<CatalogSnapshot, CatalogNames> Cache = [];

    readonly CatalogSnapshot _catalog;
    readonly ILookup<string, CatalogRelation> _children;
    readonly Lazy<ILookup<string, (CatalogRelation Parent, CatalogCascade Key)>> _keys;
    readonly Lazy<ILookup<string, CatalogRelation>> _byBareName;

    CatalogNames(CatalogSnapshot catalog)
    {
        _catalog = catalog;
        StoredViews = new(catalog);
        _children = catalog.Relations.Values
            .SelectMany(static r => r.Parents.Select(p => (Parent: p, Child: r)))
            .ToLookup(static p => p.Parent, static p => p.Child);
        _keys = new(() => catalog.Relations.Values.SelectMany(static r => r.Cascades.Select(c => (Parent: r, Key: c))).ToLookup(static k => k.Key.Child));
        _byBareName = new(() => catalog.Relations.Values.Where(static r => !r.IsSystem).ToLookup(static r => r.Name));
    }

    public ConcurrentDictionary<string, Shape> Shapes { get; } = new();

    public ConcurrentDictionary<string, IReadOnlyList<RowCheck>> Checks { get; } = new();

    public StoredViews StoredViews { get; }

    /// <summary>What partitioned tables are partitioned by.</summary>
    public IEnumerable<(CatalogRelation Table, string Column)> PartitionKeys =>
        _catalog.Relations.Values.Where(static r => r.Kind == 'p').SelectMany(static r => r.Columns.Where(static c => c.InPartitionKey).Select(c => (r, c.Name)));

    public static CatalogNames Of(CatalogSnapshot catalog) => Cache.GetValue(catalog, static c => new(c));

    /// <summary>
    /// The column's name in its own table, in those it inherits from, and in those that inherit from it: reading any of them may show the same value.
    /// </summary>
    public List<string> IdentitiesOf(CatalogRelation relation, string column)
    {
        List<string> names = [$"{relation.QualifiedName}.{column}"];
        HashSet<string> seen = [relation.QualifiedName];
        Queue<CatalogRelation> ancestors = new([relation]), descendants = new([relation]);
        while (ancestors.TryDequeue(out var current))
            foreach (var parent in current.Parents)
                if (_catalog.Relations.TryGetValue(parent, out var found)) Visit(found, column, seen, names, ancestors);
        while (descendants.TryDequeue(out var current))
            foreach (var child in _children[current.QualifiedName])
                Visit(child, column, seen, names, descendants);
        return names;
    }

    /// <summary>The column under the name of the topmost table that has it: one name for all that <see cref="IdentitiesOf"/> gives.</summary>
    public string RootOf(CatalogRelation relation, string column)
    {
        HashSet<string> seen = [relation.QualifiedName];
        while (Parent(relation, column, seen) is { } parent) relation = parent;
        return $"{relation.QualifiedName}.{column}";
    }

    /// <summary>Relations of this name, in whatever schema but the system's.</summary>
    public IEnumerable<CatalogRelation> Called(string bare) => _byBareName.Value[bare];

    public IEnumerable<CatalogRelation> ChildrenOf(CatalogRelation relation) => _children[relation.QualifiedName];

    /// <summary>All that inherit from it, at any depth.</summary>
    public IEnumerable<CatalogRelation> HeirsOf(CatalogRelation relation)
    {
        HashSet<string> seen = [relation.QualifiedName];
        Queue<CatalogRelation> next = new([relation]);
        while (next.TryDequeue(out var current))
            foreach (var child in _children[current.QualifiedName].Where(c => seen.Add(c.QualifiedName)))
            {
                next.Enqueue(child);
                yield return child;
            }
    }

    /// <summary>What a view stands on, through other views, as far as it is not the system's; null when that cannot be said.</summary>
    public IEnumerable<CatalogRelation>? Beneath(CatalogRelation view) => view.Schema == TemporaryRelations.Schema ? null : StoredViews.Beneath(_catalog, view)?
        .Select(name => _catalog.Relations.GetValueOrDefault(name)).OfType<CatalogRelation>().Where(static r => !r.IsSystem);

    /// <summary>Its own foreign keys.</summary>
    public IEnumerable<(CatalogRelation Parent, CatalogCascade Key)> KeysOf(CatalogRelation relation) => _keys.Value[relation.QualifiedName];

    /// <summary>Columns of other tables that the server looks into when rows of this one change: those that its foreign keys refer to, and those that refer to it.</summary>
    public IEnumerable<(CatalogRelation Table, string Column)> KeysAround(CatalogRelation relation) =>
        _keys.Value[relation.QualifiedName].SelectMany(static k => Columns(k.Parent, k.Key.Key))
            .Concat(relation.Cascades.SelectMany(k => _catalog.Relations.TryGetValue(k.Child, out var child) ? Columns(child, k.ChildKey) : []));

    static IEnumerable<(CatalogRelation, string)> Columns(CatalogRelation relation, IReadOnlyList<short> numbers) =>
        relation.Columns.Where(c => numbers.Contains(c.Number)).Select(c => (relation, c.Name));

    /// <summary>Some table that inherits from this one has a column of this name.</summary>
    public bool HasHeirs(CatalogRelation relation, string? column) => _children[relation.QualifiedName].Any(c => column is null || c.Columns.Any(o => o.Name == column));

    CatalogRelation? Parent(CatalogRelation relation, string column, HashSet<string> seen) =>
        relation.Parents.Where(seen.Add).Select(p => _catalog.Relations.GetValueOrDefault(p)).FirstOrDefault(p => p is not null && p.Columns.Any(c => c.Name == column));

    static void Visit(CatalogRelation relation, string column, HashSet<string> seen, List<string> names, Queue<CatalogRelation> next)
    {
        if (!seen.Add(relation.QualifiedName)) return;
        if (relation.Columns.Any(c => c.Name == column)) names.Add($"{relation.QualifiedName}.{column}");
        next.Enqueue(relation);
    }
}
