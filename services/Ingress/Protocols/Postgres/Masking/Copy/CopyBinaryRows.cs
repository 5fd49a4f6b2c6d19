using System.Buffers.Binary;
using Hoop.Ingress.Protocols.Postgres.Masking.Values;
using Hoop.Ingress.Wire.Postgres;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Copy;

/// <summary>
/// The binary format: signature, flags and extension, then tuples, then a count of -1.
/// <see href="https://www.postgresql.org/docs/current/sql-copy.html"/>
/// </summary>
internal sealed class CopyBinaryRows(ValueRewriter?[] rewriters) : CopyRows
{
    private const int FixedHeader = 19;
    private const int MaxExtension = 1024;
    private const int CriticalFlags = unchecked((int)0xFFFF_0000);
    private static ReadOnlySpan<byte> Signature => [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00];

    private bool atHeader = true;
    private bool finished;

    public override int FindEnd(ReadOnlySpan<byte> bytes)
    {
        if (finished && !bytes.IsEmpty)
            throw new PostgresWireException("COPY data after its end");
        var header = atHeader ? HeaderLength(bytes) : 0;
        return header < 0 ? -1 : TupleEnd(bytes, header);
    }

    public override bool TryRewrite(ReadOnlySpan<byte> piece, ScratchBuffer output)
    {
        var reader = new PostgresFieldReader(piece);
        var header = atHeader ? HeaderLength(piece) : 0;
        reader.ReadBytes(header);
        atHeader = false;
        if (BinaryPrimitives.ReadInt16BigEndian(reader.Rest) == -1)
        {
            finished = true;
            return false;
        }
        output.Write(piece[..header]);
        var changed = RowRewriter.TryRewrite(piece, ref reader, rewriters, output);
        reader.End();
        return changed;
    }

    private static int HeaderLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FixedHeader)
            return -1;
        var flags = BinaryPrimitives.ReadInt32BigEndian(bytes[11..]);
        var extension = BinaryPrimitives.ReadInt32BigEndian(bytes[15..]);
        if (!bytes.StartsWith(Signature) || (flags & CriticalFlags) != 0 || extension is < 0 or > MaxExtension)
            throw new PostgresWireException("COPY data with a header that is not known");
        return bytes.Length < FixedHeader + extension ? -1 : FixedHeader + extension;
    }

    private static int TupleEnd(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length < at + 2)
            return -1;
        var count = BinaryPrimitives.ReadInt16BigEndian(bytes[at..]);
        at += 2;
        for (; count > 0; count--)
        {
            if (bytes.Length - at < 4)
                return -1;
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes[at..]);
            at += 4;
            if (length < -1)
                throw new PostgresWireException("COPY value with an impossible length");
            if (length > bytes.Length - at)
                return -1;
            at += Math.Max(length, 0);
        }
        return at;
    }
}
