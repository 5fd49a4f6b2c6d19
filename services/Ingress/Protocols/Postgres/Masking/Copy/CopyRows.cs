namespace Hoop.Ingress.Protocols.Postgres.Masking.Copy;

/// <summary>Takes whole pieces (a row; in binary the header belongs to the first) off the front of COPY data and rewrites them.</summary>
internal abstract class CopyRows
{
    /// <summary>Bytes of the first whole piece, or -1 while there is none.</summary>
    public abstract int FindEnd(ReadOnlySpan<byte> bytes);

    /// <summary>Appends the rewritten piece; false when it may go as it is.</summary>
    public abstract bool TryRewrite(ReadOnlySpan<byte> piece, ScratchBuffer output);
}
