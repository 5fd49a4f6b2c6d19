using System.Runtime.CompilerServices;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Results;

/// <summary>
/// Which columns of a result are masked: by the statement's lineage, and once more by the table and column the server names in
/// its RowDescription. Either is enough. What cannot be told is opaque.
/// </summary>
internal static class ResultMasks
{
    private const uint FirstUserOid = 16384;
    private static readonly ConditionalWeakTable<CatalogSnapshot, Dictionary<uint, CatalogRelation>> ByOid = [];

    /// <param name="columns">Null: nobody knows them, so nothing of the result may pass.</param>
    internal static void Prepare(IGateSession gate, RunningOperation operation, PostgresColumn[]? columns)
    {
        if (gate.MasksFor(operation.Permit) is not { } masks)
        {
            operation.Use(null);
            return;
        }

        if (columns is null) throw PostgresRefusedException.Protocol("rows came without a description, so they cannot be masked");
        var lineage = operation.Current?.Result;
        if (lineage?.Count != columns.Length) lineage = null;
        var values = new ValueMask?[columns.Length];
        for (var i = 0; i < columns.Length; i++)
            values[i] = masks.ForColumn(lineage?[i] ?? Opaque(columns[i].Name)) ?? ByTable(masks, columns[i], operation.Context.Catalog);
        operation.Use(MaskedRows.Create(columns, values, masks.Detectors));
    }

    internal static void PrepareCopy(IGateSession gate, RunningOperation operation, bool binary, int columnCount)
    {
        if (gate.MasksFor(operation.Permit) is not { } masks)
        {
            operation.Use(null);
            return;
        }

        var lineage = operation.Current?.Result;
        if (lineage?.Count != columnCount) lineage = [.. Enumerable.Range(0, columnCount).Select(index => Opaque($"column {index + 1}"))];
        operation.Use(MaskedCopy.Create(operation.Current!, lineage, [.. lineage.Select(masks.ForColumn)], masks.Detectors, binary));
    }

    private static ValueMask? ByTable(TargetMasks masks, PostgresColumn column, CatalogSnapshot catalog)
    {
        if (column.TableOid < FirstUserOid) return null;
        var relations = ByOid.GetValue(catalog, static snapshot => snapshot.Relations.Values.ToDictionary(relation => relation.Oid));
        // A table that the catalog does not know yet may hold anything.
        if (!relations.TryGetValue(column.TableOid, out var relation)) return masks.ForColumn(Opaque(column.Name));
        var named = relation.Columns.FirstOrDefault(candidate => candidate.Number == column.AttributeNumber);
        return named is null ? null : masks.ForBaseColumn($"{relation.QualifiedName}.{named.Name}");
    }

    private static ResultColumn Opaque(string name) => new(name, [], true);
}
