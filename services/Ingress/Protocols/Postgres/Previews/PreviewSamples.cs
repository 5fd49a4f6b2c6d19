using System.Buffers;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Protocols.Postgres.Results;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Previews;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Previews;

/// <summary>Rows as they came → masked, cut and side by side.</summary>
internal static class PreviewSamples
{
    private const int LongestValue = 200;
    private const int HeaderLength = 5;
    private const string Unknown = "(not shown)";

    internal static PreviewSample Of(
        PreviewSubject subject, ChangeStatement change, CatalogRelation table, IReadOnlyList<string> columns, IReadOnlyList<(SetColumn Column, string? Type)> after,
        IReadOnlyList<ResultColumn>? lineage, TargetReply reply, int most)
    {
        var names = change.Verb == "insert" ? Inserted(change, table, reply) : [.. columns];
        var known = lineage?.Count == reply.Columns.Length ? lineage : null;
        var masks = subject.Session.Gate.StrictestMasks;
        var rows = RowMasks.Of(masks, subject.Names.Catalog, TemporaryRelations.None, reply.Columns, known, place => Beside(masks, table, names, columns.Count, after, known, place));
        var values = reply.Rows.Take(most).Select(row => Values(rows, row)).ToList();
        var changes = change.Sets.Select(set => set.Column).ToHashSet(StringComparer.Ordinal);
        var shown = names.Select((name, place) => new PreviewColumn(name, change.Verb == "insert" || changes.Contains(name), rows.Masked[place] || MaskedAfter(name))).ToList();
        bool MaskedAfter(string name) => after.Index().Any(set => set.Item.Column.Column == name && rows.Masked[columns.Count + set.Index]);
        return new PreviewSample(table.QualifiedName, change.Verb, shown, [.. values.Select(row => Row(change, names, after, row))], reply.Rows.Count > most);
    }

    /// <summary>What comes to stand in a masked column is as secret as what stands there now.</summary>
    private static ValueMask? Beside(
        TargetMasks masks, CatalogRelation table, string[] names, int before, IReadOnlyList<(SetColumn Column, string? Type)> after, IReadOnlyList<ResultColumn>? lineage, int place)
    {
        if (place < before) return null;
        var name = place - before < after.Count ? after[place - before].Column.Column : place < names.Length ? names[place] : null;
        if (name is null) return null;
        var stored = masks.ForBaseColumn($"{table.QualifiedName}.{name}");
        // A view's column shows another table's: as it is masked when it is read; rows that are not there yet cannot be read.
        if (table.Kind is not ('v' or 'm')) return stored;
        var now = Array.IndexOf(names, name) is >= 0 and var at && at < before ? lineage?[at] : null;
        return ValueMask.Strictest(stored, masks.ForColumn(now ?? RowMasks.Opaque(name)));
    }

    private static string[] Inserted(ChangeStatement change, CatalogRelation table, TargetReply reply) =>
        [.. Enumerable.Range(0, reply.Columns.Length).Select(place =>
            (change.InsertColumns is { } named ? named.ElementAtOrDefault(place) : table.Columns.ElementAtOrDefault(place)?.Name) ?? $"column {place + 1}")];

    private static string?[] Values(RowMasks rows, byte[] row)
    {
        var masked = new ArrayBufferWriter<byte>(row.Length + HeaderLength);
        var values = rows.Masker?.TryRewrite(row, masked) == true ? DataRow.ReadText(masked.WrittenSpan[HeaderLength..]) : DataRow.ReadText(row);
        return [.. values.Select(Cut)];
    }

    private static string? Cut(string? value) =>
        value is null || value.Length <= LongestValue ? value : $"{value[..(char.IsHighSurrogate(value[LongestValue - 1]) ? LongestValue - 1 : LongestValue)]}… ({value.Length} characters)";

    private static PreviewRow Row(ChangeStatement change, string[] names, IReadOnlyList<(SetColumn Column, string? Type)> after, string?[] values)
    {
        if (change.Verb == "insert") return new PreviewRow(null, values);
        var before = values[..names.Length];
        if (change.Verb == "delete" || after.Count == 0) return new PreviewRow(before, null);
        var becomes = (string?[])before.Clone();
        foreach (var set in change.Sets)
        {
            var place = Array.IndexOf(names, set.Column);
            if (place >= 0) becomes[place] = Unknown;
        }

        for (var i = 0; i < after.Count; i++) becomes[Array.IndexOf(names, after[i].Column.Column)] = values[names.Length + i];
        return new PreviewRow(before, becomes);
    }
}
