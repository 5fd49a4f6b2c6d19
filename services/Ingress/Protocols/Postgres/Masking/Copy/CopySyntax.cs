using System.Buffers;
using Hoop.Ingress.Wire.Postgres;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Copy;

/// <summary>How far the row that is being received was read; kept between messages so that every byte is looked at once.</summary>
internal record struct CopyScan(int Position, bool InQuotes);

/// <summary>Rows and fields of a COPY in characters.</summary>
internal abstract class CopySyntax(CopyFormat format)
{
    protected CopyFormat Format { get; } = format;

    /// <summary>Bytes of the first row with its line break, or -1 while it is not whole.</summary>
    public abstract int FindRowEnd(ReadOnlySpan<byte> bytes, ref CopyScan scan);

    /// <summary>Bytes of the first field of a row without its line break.</summary>
    public abstract int FieldLength(ReadOnlySpan<byte> row);

    /// <summary>The value a field stands for; in the scratch buffer when it is not the field itself.</summary>
    public abstract ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> field, ScratchBuffer scratch);

    /// <summary>Writes a field that stands for the value.</summary>
    /// <param name="original">How it was written; empty when that may not show.</param>
    public abstract void Encode(ReadOnlySpan<byte> value, ReadOnlySpan<byte> original, IBufferWriter<byte> output);

    public static CopySyntax For(CopyFormat format) => format.Encoding == CopyEncoding.Csv ? new CopyCsvSyntax(format) : new CopyTextSyntax(format);

    protected static PostgresWireException Malformed(string what) => new($"COPY data with {what}");
}
