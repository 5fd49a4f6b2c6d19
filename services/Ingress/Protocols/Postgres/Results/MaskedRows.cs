using System.Buffers;
using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Results;

/// <summary>Rows with masked columns: their values are withheld as NULL.</summary>
internal sealed class MaskedRows(PostgresColumn[] columns, ValueMask?[] masks, DetectorMask? detectors) : RowRewriter
{
    private readonly ArrayBufferWriter<byte> value = new(256);

    public override IReadOnlyList<string> MaskedColumns { get; } = [.. columns.Where((_, index) => masks[index] is not null).Select(column => column.Name)];

    internal static RowRewriter? Create(PostgresColumn[] columns, ValueMask?[] masks, DetectorMask? detectors) =>
        detectors is null && masks.All(mask => mask is null) ? null : new MaskedRows(columns, masks, detectors);

    protected override bool TryRewrite(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var row = DataRow.Read(body);
        if (row.Count != columns.Length) throw PostgresRefusedException.Protocol("a row does not fit its description");
        var reader = row.Values;
        output.WriteInt16((short)row.Count);
        for (var i = 0; i < row.Count; i++) Write(i, reader.TryReadValue(out var text), text, output);
        reader.End();
        return true;
    }

    private void Write(int column, bool present, ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        if (!present || masks[column] is not null)
        {
            output.WriteInt32(-1);
            return;
        }

        value.ResetWrittenCount();
        if (!columns[column].IsBinary && detectors is not null && detectors.TryRewrite(text, value)) text = value.WrittenSpan;
        output.WriteInt32(text.Length);
        output.Write(text);
    }
}
