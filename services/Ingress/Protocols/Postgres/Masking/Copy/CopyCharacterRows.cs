using Hoop.Ingress.Protocols.Postgres.Masking.Values;
using Hoop.Ingress.Wire.Postgres;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Copy;

/// <summary>Text and CSV: one row a piece.</summary>
internal sealed class CopyCharacterRows(CopyFormat format, ValueRewriter?[] rewriters) : CopyRows
{
    private readonly CopySyntax syntax = CopySyntax.For(format);
    private readonly ScratchBuffer decoded = new();
    private readonly ScratchBuffer rewritten = new();
    private CopyScan scan;
    private bool atHeader = format.Header;

    public override int FindEnd(ReadOnlySpan<byte> bytes)
    {
        var end = syntax.FindRowEnd(bytes, ref scan);
        if (end >= 0)
            scan = default;
        return end;
    }

    public override bool TryRewrite(ReadOnlySpan<byte> piece, ScratchBuffer output)
    {
        var row = piece is [.., (byte)'\r', (byte)'\n'] ? piece[..^2] : piece[..^1];
        var (at, copied) = (0, -1);
        for (var i = 0; i < rewriters.Length; i++)
        {
            if (i > 0 && (at >= row.Length || row[at++] != format.Delimiter))
                throw WrongColumns();
            var field = row.Slice(at, syntax.FieldLength(row[at..]));
            if (!atHeader && Changes(rewriters[i], field, out var value))
            {
                output.Write(row[Math.Max(copied, 0)..at]);
                copied = at + field.Length;
                Write(rewriters[i]!, value, field, output);
            }
            at += field.Length;
        }
        if (at != row.Length)
            throw WrongColumns();
        atHeader = false;
        if (copied >= 0)
            output.Write(piece[copied..]);
        return copied >= 0;
    }

    private bool Changes(ValueRewriter? rewriter, ReadOnlySpan<byte> field, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (rewriter is null)
            return false;
        if (field.SequenceEqual(format.Null.Span))
            return rewriter.HidesNull || rewriter.HidesForm && format.NullMayBeText;
        value = syntax.Decode(field, decoded);
        return rewriter.Changes(value);
    }

    private void Write(ValueRewriter rewriter, ReadOnlySpan<byte> value, ReadOnlySpan<byte> field, ScratchBuffer output)
    {
        if (rewriter.TryWrite(value, rewritten.Clear()))
            syntax.Encode(rewritten.Written, rewriter.HidesForm ? default : field, output);
        else
            output.Write(format.Null.Span);
    }

    private static PostgresWireException WrongColumns() => new("COPY row with another number of columns than its statement");
}
