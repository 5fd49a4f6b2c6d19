using System.Buffers;
using Hoop.Ingress.Protocols.Postgres.Masking.Copy;
using Hoop.Ingress.Protocols.Postgres.Masking.Values;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Masking;

/// <summary>
/// Rewrites the CopyData of one COPY … TO STDOUT. Rows may be split over messages anywhere; what goes out has one row a
/// message, as drivers expect. Not thread-safe: it carries the row that is not whole yet.
/// </summary>
public sealed class PostgresCopyMasker
{
    /// <summary>Bytes a row may take that comes in parts.</summary>
    public const int MaxRow = 64 * 1024 * 1024;

    private readonly CopyRows rows;
    private readonly ScratchBuffer carry = new();
    private readonly ScratchBuffer row = new();

    private PostgresCopyMasker(CopyRows rows) => this.rows = rows;

    /// <summary>Null when no row of this shape can need rewriting. The fields' own formats do not matter: the COPY format decides.</summary>
    public static PostgresCopyMasker? Create(CopyFormat format, IReadOnlyList<MaskedField> fields, DetectorMask? detectors)
    {
        var binary = format.Encoding == CopyEncoding.Binary;
        var rewriters = ValueRewriter.For([.. fields.Select(field => field with { Format = binary ? (short)1 : (short)0 })], detectors);
        if (rewriters.All(rewriter => rewriter is null))
            return null;
        return new(binary ? new CopyBinaryRows(rewriters) : new CopyCharacterRows(format, rewriters));
    }

    /// <summary>Writes the messages that go in place of this one (none while a row is not whole); false when it may go as it is.</summary>
    /// <exception cref="PostgresWireException">Not the rows that were announced.</exception>
    public bool TryRewrite(ReadOnlySpan<byte> copyDataBody, IBufferWriter<byte> output)
    {
        if (carry.Length > 0)
        {
            Keep(copyDataBody);
            carry.Drop(Rewrite(carry.Written, rows.FindEnd(carry.Written), output));
            return true;
        }
        var end = rows.FindEnd(copyDataBody);
        if (end == copyDataBody.Length)
        {
            if (!rows.TryRewrite(copyDataBody, row.Clear()))
                return false;
            output.WriteMessage(BackendType.CopyData, row.Written);
            return true;
        }
        Keep(copyDataBody[Rewrite(copyDataBody, end, output)..]);
        return true;
    }

    /// <summary>To be called at CopyDone.</summary>
    /// <exception cref="PostgresWireException">A row was never finished.</exception>
    public void Complete()
    {
        if (carry.Length > 0)
            throw new PostgresWireException("COPY that ends within a row");
    }

    private int Rewrite(ReadOnlySpan<byte> bytes, int end, IBufferWriter<byte> output)
    {
        var done = 0;
        for (; end >= 0; end = done < bytes.Length ? rows.FindEnd(bytes[done..]) : -1)
        {
            var piece = bytes.Slice(done, end);
            output.WriteMessage(BackendType.CopyData, rows.TryRewrite(piece, row.Clear()) ? row.Written : piece);
            done += end;
        }
        return done;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxRow - carry.Length)
            throw new PostgresWireException("COPY row over the size limit");
        carry.Write(bytes);
    }
}
