using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>
/// A materialised view is followed by its definition of today, but holds what the definition said when it was filled. So whoever is under a mask
/// may not fill it with masked values, nor change what its definition stands on while such values are meant.
/// </summary>
sealed class StoredViewLineage(Resolution resolution)
{
    public void Refresh(Node range)
    {
        if (resolution.Relations.Find(range, null) is { } view) Use(Beneath(view));
        else resolution.Uses.Hide();
    }

    /// <param name="shown">What the view shows from now on.</param>
    public void Replace(Node range, Shape shown)
    {
        foreach (var view in Meant(range))
        {
            var above = resolution.Relations.StoredAbove(view);
            if (above.Count == 0) continue;
            // Columns can only be added at the end, and nobody reads those yet.
            Use(shown.Closed ? Value.Union(shown.Columns.Take(view.Columns.Count).Select(static c => c.Value)) : shown.Row);
            foreach (var stored in above) Use(Beneath(stored));
        }
    }

    /// <summary>A temporary relation does not stand in the way of a new view; which schema is the first that may be written is not known.</summary>
    IEnumerable<CatalogRelation> Meant(Node range)
    {
        if (range.Text("relpersistence") == "t") return [];
        var name = range.Text("relname");
        IEnumerable<string> schemas = range.Text("schemaname") is { } schema ? [schema] : resolution.Context.SearchPath;
        return schemas.Select(s => resolution.Context.Catalog.Relations.GetValueOrDefault($"{s}.{name}")).OfType<CatalogRelation>();
    }

    /// <summary>The columns that it was made from, not its own.</summary>
    Value Beneath(CatalogRelation view)
    {
        var row = resolution.Relations.ShapeOf(view).Row;
        var own = view.Columns.Select(c => $"{view.QualifiedName}.{c.Name}").ToHashSet(StringComparer.Ordinal);
        return new([.. row.Sources.Where(s => !own.Contains(s.Column))], row.Opaque);
    }

    void Use(Value value) => resolution.Uses.Add(value, ColumnUseKind.Stored);
}
