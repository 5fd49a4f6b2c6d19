using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>A CHECK, an index, a generated column or a constraint between rows: what it asks of the columns.</summary>
/// <param name="Columns">All that take part.</param>
/// <param name="AmongRows">The values of other rows take part, too.</param>
sealed record RowCheck(CatalogRelation Table, IReadOnlyList<ColumnUse> Uses, HashSet<string> Columns, bool AmongRows);

/// <summary>
/// What the server works out of each row that is written. Of <c>check (low &lt;= salary)</c> it says by failing how a stored salary compares with whatever the client sets
/// <c>low</c> to, and of an exclusion constraint how those of other rows do.
/// </summary>
sealed class RowChecks(Resolution resolution)
{
    public void Inserted(FromItem target) => Look(ColumnsOf(target.Shape.Row), null);

    /// <param name="columns">Those that are set.</param>
    public void Updated(FromItem target, IEnumerable<string> columns) => Look(ColumnsOf(Value.Union(columns.Select(c => target.Shape.Find(c) ?? Value.None))), []);

    /// <param name="written">Under all their names.</param>
    /// <param name="seen">The tables that it came through; null where nothing is passed on.</param>
    void Look(HashSet<string> written, HashSet<CatalogRelation>? seen)
    {
        foreach (var table in written.Select(static c => c[..c.LastIndexOf('.')]).Distinct().Select(t => resolution.Context.Catalog.Relations.GetValueOrDefault(t)).OfType<CatalogRelation>())
        {
            if (seen?.Add(table) == false) continue;
            foreach (var check in resolution.Relations.ChecksOf(table))
                if (check.Columns.Overlaps(written)) Ask(check, written);
            if (seen is null) continue;
            foreach (var key in table.Cascades)
                if (key.OnUpdate == 'c' && resolution.Context.Catalog.Relations.GetValueOrDefault(key.Child) is { } child) Look(Passed(table, key, child, written), seen);
        }
    }

    /// <summary>What is checked by code of the database's own is its author's business.</summary>
    void Ask(RowCheck check, HashSet<string> written)
    {
        foreach (var use in check.Uses)
            if (use.Column != UseSink.AnyColumn && (check.AmongRows || !written.Contains(use.Column))) resolution.Uses.Take(use with { CheckedBy = check.Table.QualifiedName });
    }

    /// <summary>What ON UPDATE CASCADE writes into the child.</summary>
    HashSet<string> Passed(CatalogRelation table, CatalogCascade key, CatalogRelation child, HashSet<string> written)
    {
        var shape = resolution.Relations.ShapeOf(child);
        var passed = key.Key.Zip(key.ChildKey).Where(pair => NameOf(table, pair.First) is { } own && written.Contains($"{table.QualifiedName}.{own}")).Select(pair => NameOf(child, pair.Second));
        return ColumnsOf(Value.Union(passed.OfType<string>().Select(name => shape.Find(name) ?? Value.None)));
    }

    static string? NameOf(CatalogRelation table, short number) => table.Columns.FirstOrDefault(c => c.Number == number)?.Name;

    static HashSet<string> ColumnsOf(Value value) => [.. value.Sources.Where(static s => s.IsColumn).Select(static s => s.Column)];
}
