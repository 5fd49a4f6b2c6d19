using System.Buffers;
using Hoop.Ingress.Protocols.Postgres.Masking.Values;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Masking;

/// <summary>Rewrites the DataRows of one result. Immutable, thread-safe; makes no garbage.</summary>
public sealed class PostgresRowMasker
{
    [ThreadStatic]
    private static ScratchBuffer? scratch;

    private readonly ValueRewriter?[] rewriters;

    private PostgresRowMasker(ValueRewriter?[] rewriters) => this.rewriters = rewriters;

    /// <summary>Null when no row of this shape can need rewriting: then rows are relayed byte for byte.</summary>
    public static PostgresRowMasker? Create(IReadOnlyList<MaskedField> fields, DetectorMask? detectors)
    {
        var rewriters = ValueRewriter.For(fields, detectors);
        return rewriters.All(rewriter => rewriter is null) ? null : new(rewriters);
    }

    /// <summary>Writes a whole DataRow message in place of this one; false when the row may go as it is (and nothing was written).</summary>
    /// <exception cref="PostgresWireException">Not the row that was announced; nothing was written.</exception>
    public bool TryRewrite(ReadOnlySpan<byte> dataRowBody, IBufferWriter<byte> output)
    {
        var row = (scratch ??= new()).Clear();
        var changed = TryRewriteBody(dataRowBody, row);
        if (changed)
            output.WriteMessage(BackendType.DataRow, row.Written);
        return changed;
    }

    /// <summary>Writes the whole DataRow message, rewritten or as it is.</summary>
    /// <exception cref="PostgresWireException">Not the row that was announced; nothing was written.</exception>
    internal void Write(ReadOnlySpan<byte> dataRowBody, ScratchBuffer output)
    {
        var start = output.Length;
        try
        {
            output.WriteByte(BackendType.DataRow);
            var begun = output.BeginLength();
            if (!TryRewriteBody(dataRowBody, output))
                output.Write(dataRowBody);
            // A message's length counts itself.
            output.EndLength(begun, itself: sizeof(int));
        }
        catch
        {
            output.Cut(start);
            throw;
        }
    }

    private bool TryRewriteBody(ReadOnlySpan<byte> body, ScratchBuffer output)
    {
        var reader = new PostgresFieldReader(body);
        var changed = RowRewriter.TryRewrite(body, ref reader, rewriters, output);
        reader.End();
        return changed;
    }
}
