using System.Runtime.CompilerServices;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Protocols.Postgres.Masking.Copy;
using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Results;

/// <summary>
/// Which columns of a result are masked: by the statement's lineage, and once more by the table and column the server names in
/// its RowDescription. The stricter of the two counts. What cannot be told is opaque.
/// </summary>
internal static class ResultMasks
{
    private const uint FirstUserOid = 16384;
    private static readonly ConditionalWeakTable<CatalogSnapshot, Dictionary<uint, CatalogRelation>> ByOid = [];

    /// <param name="columns">Null: nobody knows them, so nothing of the result may pass.</param>
    internal static void Prepare(RelaySession session, RunningOperation operation, PostgresColumn[]? columns)
    {
        if (session.Gate.MasksFor(operation.Permit) is not { } masks)
        {
            operation.Use(null);
            return;
        }

        if (columns is null) throw PostgresRefusedException.Protocol("rows came without a description, so they cannot be masked");
        var lineage = Lineage(session, operation, columns.Length);
        var fields = columns.Select((column, index) => new MaskedField(
            column.Name, column.TypeOid, column.Format,
            ValueMask.Strictest(masks.ForColumn(lineage?[index] ?? Opaque(column.Name)), ByTable(masks, column, operation.Context.Catalog)))).ToArray();
        operation.Masked(fields.Where(field => field.Mask is not null).Select(field => field.Name));
        operation.Use(PostgresRowMasker.Create(fields, masks.Detectors));
    }

    /// <returns>Null: the data passes as it is.</returns>
    internal static PostgresCopyMasker? ForCopy(RelaySession session, RunningOperation operation, bool binary, int columnCount)
    {
        if (session.Gate.MasksFor(operation.Permit) is not { } masks) return null;
        var lineage = Lineage(session, operation, columnCount) ?? [.. Enumerable.Range(1, columnCount).Select(number => Opaque($"column {number}"))];
        var fields = lineage.Select(column => new MaskedField(column.Name, 0, binary ? (short)1 : (short)0, masks.ForColumn(column))).ToArray();
        operation.Masked(fields.Where(field => field.Mask is not null).Select(field => field.Name));
        return PostgresCopyMasker.Create(Format(operation, binary), fields, masks.Detectors);
    }

    /// <summary>Null when a view or table may have become another between judging and running, by whichever session.</summary>
    private static IReadOnlyList<ResultColumn>? Lineage(RelaySession session, RunningOperation operation, int columns) =>
        operation.Lineage is { } lineage && lineage.Count == columns && operation.Changes is { } then && session.Services.Catalog.Changes(session.Gate.Target) == then ? lineage : null;

    private static CopyFormat Format(RunningOperation operation, bool binary)
    {
        try
        {
            var format = CopyFormat.From(operation.Current?.Command.Options ?? []);
            return (format.Encoding == CopyEncoding.Binary) == binary
                ? format
                : throw PostgresRefusedException.Protocol("the target writes the copy in another format than was asked for");
        }
        catch (NotSupportedException e)
        {
            throw new PostgresRefusedException(PostgresDiagnostic.Create("FATAL", "0A000", e.Message), "COPY that cannot be masked");
        }
    }

    private static ValueMask? ByTable(TargetMasks masks, PostgresColumn column, CatalogSnapshot catalog)
    {
        if (column.TableOid < FirstUserOid) return null;
        var relations = ByOid.GetValue(catalog, static snapshot => snapshot.Relations.Values.ToDictionary(relation => relation.Oid));
        // A table that the catalog does not know yet may hold anything.
        if (!relations.TryGetValue(column.TableOid, out var relation)) return masks.ForColumn(Opaque(column.Name));
        // System columns (ctid, tableoid, …) have numbers below zero.
        if (column.AttributeNumber < 0) return null;
        // Nor is a column that was added or made anew since.
        return relation.Columns.FirstOrDefault(candidate => candidate.Number == column.AttributeNumber) is { } named
            ? masks.ForBaseColumn($"{relation.QualifiedName}.{named.Name}")
            : masks.ForColumn(Opaque(column.Name));
    }

    private static ResultColumn Opaque(string name) => new(name, [], true);
}
