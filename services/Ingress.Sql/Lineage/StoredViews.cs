using System.Text.Json;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>Which materialised views stand on which relations, through views and each other.</summary>
sealed class StoredViews(CatalogSnapshot catalog)
{
    /// <summary>By materialised view: what it stands on; null when its definition, or one beneath it, cannot be read.</summary>
    readonly Lazy<List<(CatalogRelation Stored, HashSet<string>? Beneath)>> _known = new(() =>
        [.. catalog.Relations.Values.Where(static r => r.Kind == 'm').Select(r => (r, Beneath(catalog, r)))]);

    public List<CatalogRelation> Above(CatalogRelation relation) =>
        [.. _known.Value.Where(k => k.Beneath is null || k.Beneath.Contains(relation.QualifiedName)).Select(static k => k.Stored)];

    /// <returns>Qualified names; null when its definition, or one beneath it, cannot be read.</returns>
    public static HashSet<string>? Beneath(CatalogSnapshot catalog, CatalogRelation stored)
    {
        HashSet<string> found = [];
        Queue<CatalogRelation> next = new([stored]);
        while (next.TryDequeue(out var view))
        {
            if (view.Definition is not { } definition || PgParser.Parse(definition) is not { Succeeded: true } parsed) return null;
            using var tree = JsonDocument.Parse(parsed.Json, StoredText.Deep);
            foreach (var name in Names(tree.RootElement).ToList())
                if (found.Add(name) && catalog.Relations.GetValueOrDefault(name) is { Kind: 'v' or 'm', IsSystem: false } beneath)
                    next.Enqueue(beneath);
        }
        return found;
    }

    /// <summary>Definitions name all relations in full but those of pg_catalog.</summary>
    static IEnumerable<string> Names(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Names),
        JsonValueKind.Object when element.TryGetProperty("relname", out var name) =>
            [element.TryGetProperty("schemaname", out var schema) ? $"{schema.GetString()}.{name.GetString()}" : $"pg_catalog.{name.GetString()}"],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static p => Names(p.Value)),
        _ => [],
    };
}
