using System.Runtime.CompilerServices;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Results;

/// <summary>What is done to the rows of one result. Immutable.</summary>
/// <param name="Masker">Null: they pass as they are.</param>
/// <param name="Columns">The names of the masked columns, in order, each once.</param>
internal sealed record RowMasks(PostgresRowMasker? Masker, string[] Columns)
{
    private const uint FirstUserOid = 16384;

    /// <summary>For each column, whether it is masked by name.</summary>
    internal bool[] Masked { get; private init; } = [];

    private static readonly ConditionalWeakTable<CatalogSnapshot, Dictionary<uint, CatalogRelation>> ByOid = [];

    /// <param name="own">Of the session; only those that are vouched for count.</param>
    /// <param name="besides">A further mask for a column by its place.</param>
    internal static RowMasks Of(
        TargetMasks masks, CatalogSnapshot catalog, TemporaryRelations own, PostgresColumn[] columns, IReadOnlyList<ResultColumn>? lineage, Func<int, ValueMask?>? besides = null)
    {
        var fields = columns.Select((column, index) => new MaskedField(
            column.Name, column.TypeOid, column.Format,
            ValueMask.Strictest(ValueMask.Strictest(masks.ForColumn(lineage?[index] ?? Opaque(column.Name)), ByTable(masks, column, catalog, own)), besides?.Invoke(index)))).ToArray();
        return new RowMasks(PostgresRowMasker.Create(fields, masks.Detectors), Names(fields)) { Masked = [.. fields.Select(field => field.Mask is not null)] };
    }

    internal static string[] Names(IEnumerable<MaskedField> fields) =>
        [.. fields.Where(field => field.Mask is not null).Select(field => field.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    internal static ResultColumn Opaque(string name) => new(name, [], true);

    private static ValueMask? ByTable(TargetMasks masks, PostgresColumn column, CatalogSnapshot catalog, TemporaryRelations own)
    {
        if (column.TableOid < FirstUserOid) return null;
        var relations = ByOid.GetValue(catalog, static snapshot => snapshot.Relations.Values.ToDictionary(relation => relation.Oid));
        // A table that the catalog does not know yet may hold anything.
        if (!relations.TryGetValue(column.TableOid, out var relation) && (relation = own.Vouched(column.TableOid)) is null) return masks.ForColumn(Opaque(column.Name));
        // The whole row, as one value (SELECT c FROM customers c).
        if (column.AttributeNumber == 0) return relation.Columns.Select(named => masks.ForBaseColumn($"{relation.QualifiedName}.{named.Name}")).Aggregate((ValueMask?)null, ValueMask.Strictest);
        // System columns (ctid, tableoid, …) have numbers below zero.
        if (column.AttributeNumber < 0) return null;
        // Nor is a column that was added or made anew since.
        return relation.Columns.FirstOrDefault(candidate => candidate.Number == column.AttributeNumber) is { } named
            ? masks.ForBaseColumn($"{relation.QualifiedName}.{named.Name}")
            : masks.ForColumn(Opaque(column.Name));
    }
}
