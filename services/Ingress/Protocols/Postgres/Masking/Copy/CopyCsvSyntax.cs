using System.Buffers;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Copy;

/// <summary>Fields of the CSV format. Quoted ones may hold line breaks and delimiters.</summary>
internal sealed class CopyCsvSyntax(CopyFormat format) : CopySyntax(format)
{
    public override int FindRowEnd(ReadOnlySpan<byte> bytes, ref CopyScan scan)
    {
        while (scan.Position < bytes.Length)
        {
            var b = bytes[scan.Position];
            if (scan.InQuotes && b == Format.Escape && Format.Escape != Format.Quote)
            {
                // Whether it escapes anything shows in the byte after it.
                if (scan.Position + 1 >= bytes.Length)
                    return -1;
                scan.Position += IsEscapable(bytes[scan.Position + 1]) ? 2 : 1;
                continue;
            }
            scan.Position++;
            if (b == Format.Quote)
                scan.InQuotes = !scan.InQuotes;
            else if (b == (byte)'\n' && !scan.InQuotes)
                return scan.Position;
        }
        return -1;
    }

    public override int FieldLength(ReadOnlySpan<byte> row)
    {
        var inQuotes = false;
        for (var at = 0; at < row.Length; at++)
        {
            if (inQuotes && row[at] == Format.Escape && Format.Escape != Format.Quote && at + 1 < row.Length && IsEscapable(row[at + 1]))
                at++;
            else if (row[at] == Format.Quote)
                inQuotes = !inQuotes;
            else if (row[at] == Format.Delimiter && !inQuotes)
                return at;
        }
        return inQuotes ? throw Malformed("a quote that is never closed") : row.Length;
    }

    public override ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> field, ScratchBuffer scratch)
    {
        if (!field.Contains(Format.Quote))
            return field;
        scratch.Clear();
        var span = scratch.GetSpan(field.Length);
        var (written, inQuotes) = (0, false);
        for (var at = 0; at < field.Length; at++)
        {
            if (inQuotes && field[at] == Format.Escape && at + 1 < field.Length && IsEscapable(field[at + 1]))
                span[written++] = field[++at];
            else if (field[at] == Format.Quote)
                inQuotes = !inQuotes;
            else
                span[written++] = field[at];
        }
        scratch.Advance(written);
        return scratch.Written;
    }

    public override void Encode(ReadOnlySpan<byte> value, ReadOnlySpan<byte> original, IBufferWriter<byte> output)
    {
        var quoted = original is [var first, ..] && first == Format.Quote || value.SequenceEqual(Format.Null.Span)
            || value.ContainsAny((byte)'\r', (byte)'\n') || value.ContainsAny(Format.Delimiter, Format.Quote);
        if (!quoted)
        {
            output.Write(value);
            return;
        }
        var span = output.GetSpan(value.Length * 2 + 2);
        var written = 0;
        span[written++] = Format.Quote;
        foreach (var b in value)
        {
            if (IsEscapable(b))
                span[written++] = Format.Escape;
            span[written++] = b;
        }
        span[written++] = Format.Quote;
        output.Advance(written);
    }

    private bool IsEscapable(byte b) => b == Format.Quote || b == Format.Escape;
}
