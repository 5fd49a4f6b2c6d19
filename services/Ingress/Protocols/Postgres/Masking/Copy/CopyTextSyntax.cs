using System.Buffers;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Copy;

/// <summary>Fields of the text format: escaped with backslashes, never quoted.</summary>
internal sealed class CopyTextSyntax(CopyFormat format) : CopySyntax(format)
{
    private static readonly SearchValues<byte> Special = SearchValues.Create("\b\f\n\r\t\v\\"u8);

    /// <summary>A line break in a value is written <c>\n</c>, so a real one always ends the row.</summary>
    public override int FindRowEnd(ReadOnlySpan<byte> bytes, ref CopyScan scan)
    {
        var end = bytes[scan.Position..].IndexOf((byte)'\n');
        scan.Position = end < 0 ? bytes.Length : scan.Position + end + 1;
        return end < 0 ? -1 : scan.Position;
    }

    public override int FieldLength(ReadOnlySpan<byte> row)
    {
        var at = 0;
        while (at < row.Length)
        {
            var hop = row[at..].IndexOfAny(Format.Delimiter, (byte)'\\');
            if (hop < 0)
                return row.Length;
            at += hop;
            if (row[at] == Format.Delimiter)
                return at;
            at += 2;
        }
        return at == row.Length ? at : throw Malformed("a backslash at the end of a row");
    }

    public override ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> field, ScratchBuffer scratch)
    {
        if (!field.Contains((byte)'\\'))
            return field;
        scratch.Clear();
        var span = scratch.GetSpan(field.Length);
        var written = 0;
        for (var at = 0; at < field.Length; at++)
            span[written++] = field[at] == (byte)'\\' ? Unescape(field, ref at) : field[at];
        scratch.Advance(written);
        return scratch.Written;
    }

    public override void Encode(ReadOnlySpan<byte> value, ReadOnlySpan<byte> original, IBufferWriter<byte> output)
    {
        if (!value.ContainsAny(Special) && !value.Contains(Format.Delimiter))
        {
            output.Write(value);
            return;
        }
        var span = output.GetSpan(value.Length * 2);
        var written = 0;
        foreach (var b in value)
        {
            var escaped = b switch { 8 => (byte)'b', 12 => (byte)'f', 10 => (byte)'n', 13 => (byte)'r', 9 => (byte)'t', 11 => (byte)'v', _ => b };
            if (escaped != b || b == (byte)'\\' || b == Format.Delimiter)
                span[written++] = (byte)'\\';
            span[written++] = escaped;
        }
        output.Advance(written);
    }

    /// <summary>The server writes letters only; octal and hex are read too, as COPY FROM would.</summary>
    private static byte Unescape(ReadOnlySpan<byte> field, ref int at)
    {
        var b = field[++at];
        switch (b)
        {
            case (byte)'b': return 8;
            case (byte)'f': return 12;
            case (byte)'n': return 10;
            case (byte)'r': return 13;
            case (byte)'t': return 9;
            case (byte)'v': return 11;
            case (byte)'x' when at + 1 < field.Length && char.IsAsciiHexDigit((char)field[at + 1]):
                return Number(field, ref at, at + 1, 16, 2);
            case >= (byte)'0' and <= (byte)'7':
                return Number(field, ref at, at, 8, 3);
            default: return b;
        }
    }

    private static byte Number(ReadOnlySpan<byte> field, ref int at, int from, int radix, int digits)
    {
        var (value, next) = (0, from);
        while (next < field.Length && next - from < digits && Digit(field[next]) < radix)
            value = value * radix + Digit(field[next++]);
        at = next - 1;
        return (byte)value;
    }

    private static int Digit(byte b) => char.IsAsciiDigit((char)b) ? b - (byte)'0' : char.IsAsciiHexDigit((char)b) ? (b | 0x20) - (byte)'a' + 10 : int.MaxValue;
}
