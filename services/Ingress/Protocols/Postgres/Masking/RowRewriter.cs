using Hoop.Ingress.Protocols.Postgres.Masking.Values;
using Hoop.Ingress.Wire.Postgres;

namespace Hoop.Ingress.Protocols.Postgres.Masking;

/// <summary>A count and that many values with their lengths: the body of a DataRow and a tuple of a binary COPY.</summary>
internal static class RowRewriter
{
    /// <summary>Appends the rewritten row when a value changes; the reader is left behind the row either way.</summary>
    public static bool TryRewrite(ReadOnlySpan<byte> body, ref PostgresFieldReader reader, ValueRewriter?[] rewriters, ScratchBuffer output)
    {
        var (start, copied) = (body.Length - reader.Rest.Length, -1);
        if (reader.ReadCount() != rewriters.Length)
            throw new PostgresWireException("row with another number of columns than its description");
        foreach (var rewriter in rewriters)
        {
            var at = body.Length - reader.Rest.Length;
            var known = reader.TryReadValue(out var value);
            if (rewriter is null || !(known ? rewriter.Changes(value) : rewriter.HidesNull))
                continue;
            output.Write(body[(copied < 0 ? start : copied)..at]);
            copied = body.Length - reader.Rest.Length;
            var begun = output.BeginLength();
            output.EndLength(begun, isNull: !rewriter.TryWrite(value, output));
        }
        if (copied >= 0)
            output.Write(body[copied..^reader.Rest.Length]);
        return copied >= 0;
    }
}
