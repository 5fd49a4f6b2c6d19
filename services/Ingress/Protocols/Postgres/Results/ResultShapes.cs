using System.Runtime.CompilerServices;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Results;

/// <summary>What was worked out for the results that a session saw last: columns by the bytes that describe them, masks by all that they hang on.</summary>
internal sealed class ResultShapes
{
    private const int Slots = 8;
    private const int LongestDescription = 1024;

    private (byte[] Body, PostgresColumn[] Columns)[]? described;
    private (PostgresColumn[]? Columns, IReadOnlyList<ResultColumn>? Lineage, RowMasks Masks)[]? masked;
    private (PostgresColumn[]? Columns, string[] Names)[]? named;
    private TargetMasks? masks;
    private CatalogSnapshot? catalog;
    private TemporaryRelations? own;

    /// <summary>Of commands' tags and the like.</summary>
    public RecentTexts Texts { get; } = new();

    public PostgresColumn[] Columns(ReadOnlySpan<byte> rowDescription)
    {
        if (rowDescription.Length > LongestDescription) return RowDescription.Read(rowDescription);
        ref var slot = ref (described ??= new (byte[], PostgresColumn[])[Slots])[(uint)rowDescription.Length % Slots];
        if (slot.Body is { } body && rowDescription.SequenceEqual(body)) return slot.Columns;
        var columns = RowDescription.Read(rowDescription);
        slot = (rowDescription.ToArray(), columns);
        return columns;
    }

    public string[] Names(PostgresColumn[] columns)
    {
        ref var slot = ref (named ??= new (PostgresColumn[]?, string[])[Slots])[(uint)RuntimeHelpers.GetHashCode(columns) % Slots];
        if (!ReferenceEquals(slot.Columns, columns)) slot = (columns, [.. columns.Select(column => column.Name)]);
        return slot.Names;
    }

    /// <param name="lineage">Null: not known.</param>
    public RowMasks Masks(TargetMasks masks, CatalogSnapshot catalog, TemporaryRelations own, PostgresColumn[] columns, IReadOnlyList<ResultColumn>? lineage)
    {
        // One version of the documents and of the catalog: an idle session keeps no older one alive.
        if (!ReferenceEquals(masks, this.masks) || !ReferenceEquals(catalog, this.catalog) || !ReferenceEquals(own, this.own)) (masked, this.masks, this.catalog, this.own) = (null, masks, catalog, own);
        ref var slot = ref (masked ??= new (PostgresColumn[]?, IReadOnlyList<ResultColumn>?, RowMasks)[Slots])[(uint)RuntimeHelpers.GetHashCode(columns) % Slots];
        if (ReferenceEquals(slot.Columns, columns) && AreSame(slot.Lineage, lineage)) return slot.Masks;
        slot = (columns, lineage, RowMasks.Of(masks, catalog, own, columns, lineage));
        return slot.Masks;
    }

    private static bool AreSame(IReadOnlyList<ResultColumn>? a, IReadOnlyList<ResultColumn>? b)
    {
        if (ReferenceEquals(a, b)) return true;
        if (a is null || b is null || a.Count != b.Count) return false;
        for (var i = 0; i < a.Count; i++)
        {
            if (!AreSame(a[i], b[i])) return false;
        }

        return true;
    }

    private static bool AreSame(ResultColumn a, ResultColumn b)
    {
        if (ReferenceEquals(a, b)) return true;
        if (a.Name != b.Name || a.Opaque != b.Opaque || a.HasMadeUp != b.HasMadeUp || a.Sources.Count != b.Sources.Count) return false;
        for (var i = 0; i < a.Sources.Count; i++)
        {
            var (one, other) = (a.Sources[i], b.Sources[i]);
            if (one.Column != other.Column || one.Computed != other.Computed || one.Origin != other.Origin || !one.Through.SequenceEqual(other.Through)) return false;
        }

        return true;
    }
}
