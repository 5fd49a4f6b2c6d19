using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>A CHECK, an index, a generated column or a constraint between rows: what it asks of the columns.</summary>
/// <param name="Columns">All that take part.</param>
/// <param name="AmongRows">The values of other rows take part, too.</param>
sealed record RowCheck(IReadOnlyList<ColumnUse> Uses, HashSet<string> Columns, bool AmongRows);

/// <summary>
/// What the server works out of each row that is written. Of <c>check (low &lt;= salary)</c> it says by failing how a stored salary compares with whatever the client sets
/// <c>low</c> to, of an exclusion constraint how those of other rows do, and of foreign keys whether some row has what is deleted or changed.
/// </summary>
sealed class RowChecks(Resolution resolution)
{
    public void Inserted(FromItem target)
    {
        var written = ColumnsOf(target.Shape.Row);
        foreach (var table in TablesOf(written)) Check(table, written);
    }

    /// <param name="columns">Those that are set.</param>
    public void Updated(FromItem target, IEnumerable<string> columns) => Update(ColumnsOf(Value.Union(columns.Select(c => target.Shape.Find(c) ?? Value.None))), []);

    public void Deleted(FromItem target) => Delete(ColumnsOf(target.Shape.Row), []);

    /// <param name="written">Under all their names.</param>
    /// <param name="seen">The tables that it came through.</param>
    void Update(HashSet<string> written, HashSet<CatalogRelation> seen)
    {
        foreach (var table in TablesOf(written).Where(seen.Add))
        {
            Check(table, written);
            foreach (var (parent, key) in resolution.Relations.KeysOf(table)) Match(table, parent, key, written);
            foreach (var (key, child) in KeysTo(table, written))
            {
                Refer(table, key, child);
                if (key.OnUpdate == 'c') Update(Passed(table, key, child, written), seen);
            }
        }
    }

    void Delete(HashSet<string> gone, HashSet<CatalogRelation> seen)
    {
        foreach (var table in TablesOf(gone).Where(seen.Add))
            foreach (var (key, child) in KeysTo(table, gone))
            {
                Refer(table, key, child);
                if (key.OnDelete == 'c') Delete(ColumnsOf(resolution.Relations.ShapeOf(child).Row), seen);
            }
    }

    /// <summary>What is checked by code of the database's own is its author's business.</summary>
    void Check(CatalogRelation table, HashSet<string> written)
    {
        foreach (var check in resolution.Relations.ChecksOf(table).Where(c => c.Columns.Overlaps(written)))
            foreach (var use in check.Uses)
                if (use.Column != UseSink.AnyColumn && (check.AmongRows || !written.Contains(use.Column))) resolution.Uses.Take(use with { CheckedBy = table.QualifiedName });
    }

    /// <summary>Rows that refer to what is gone are looked for, and go with it or stand in the way: as a join says which.</summary>
    void Refer(CatalogRelation table, CatalogCascade key, CatalogRelation child) => Compare(Pairs(table, key, child), table, child);

    /// <summary>A key of several columns looks for those that stay together with those that are set.</summary>
    void Match(CatalogRelation table, CatalogRelation parent, CatalogCascade key, HashSet<string> written)
    {
        var pairs = Pairs(parent, key, table).ToList();
        if (!pairs.Exists(pair => pair.Ours.Overlaps(written))) return;
        Compare(pairs.Where(pair => !pair.Ours.Overlaps(written)), parent, table);
    }

    void Compare(IEnumerable<(string Theirs, HashSet<string> Ours)> pairs, CatalogRelation parent, CatalogRelation child)
    {
        foreach (var (theirs, ours) in pairs)
            foreach (var column in ours)
                resolution.Uses.Take(new(column, ColumnUseKind.Equality) { With = $"{parent.QualifiedName}.{theirs}", CheckedBy = child.QualifiedName });
    }

    /// <summary>What ON UPDATE CASCADE writes into the child.</summary>
    HashSet<string> Passed(CatalogRelation table, CatalogCascade key, CatalogRelation child, HashSet<string> written) =>
        [.. Pairs(table, key, child).Where(pair => written.Contains($"{table.QualifiedName}.{pair.Theirs}")).SelectMany(static pair => pair.Ours)];

    IEnumerable<(CatalogCascade Key, CatalogRelation Child)> KeysTo(CatalogRelation table, HashSet<string> columns) => table.Cascades
        .Where(key => key.Key.Any(number => columns.Contains($"{table.QualifiedName}.{NameOf(table, number)}")))
        .Select(key => (key, resolution.Context.Catalog.Relations.GetValueOrDefault(key.Child)!)).Where(static pair => pair.Item2 is not null);

    /// <summary>Each column that is referred to, and the child's that refers to it, under all its names.</summary>
    IEnumerable<(string Theirs, HashSet<string> Ours)> Pairs(CatalogRelation table, CatalogCascade key, CatalogRelation child)
    {
        var shape = resolution.Relations.ShapeOf(child);
        return key.Key.Zip(key.ChildKey).Where(pair => NameOf(table, pair.First) is not null)
            .Select(pair => (NameOf(table, pair.First)!, ColumnsOf(NameOf(child, pair.Second) is { } own ? shape.Find(own) ?? Value.None : Value.None)));
    }

    IEnumerable<CatalogRelation> TablesOf(HashSet<string> columns) =>
        columns.Select(static c => c[..c.LastIndexOf('.')]).Distinct().Select(t => resolution.Context.Catalog.Relations.GetValueOrDefault(t)).OfType<CatalogRelation>();

    static string? NameOf(CatalogRelation table, short number) => table.Columns.FirstOrDefault(c => c.Number == number)?.Name;

    static HashSet<string> ColumnsOf(Value value) => [.. value.Sources.Where(static s => s.IsColumn).Select(static s => s.Column)];
}
