using System.Buffers;
using Hoop.Ingress.Wire.Postgres;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>Rewrites the rows of one result, or the data of one COPY.</summary>
internal abstract class RowRewriter
{
    private readonly ArrayBufferWriter<byte> scratch = new(1024);

    /// <summary>Names of the columns it masks, for the record.</summary>
    public abstract IReadOnlyList<string> MaskedColumns { get; }

    /// <summary>Writes a body; false: the message may pass as it is.</summary>
    protected abstract bool TryRewrite(ReadOnlySpan<byte> body, IBufferWriter<byte> output);

    /// <summary>Writes a whole message; false: it may pass as it is.</summary>
    public bool Rewrite(byte type, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        scratch.ResetWrittenCount();
        if (!TryRewrite(body, scratch)) return false;
        output.WriteMessage(type, scratch.WrittenSpan);
        return true;
    }
}
