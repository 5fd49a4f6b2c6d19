using System.Buffers;
using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Protocols.Postgres.Results;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>COPY … TO STDOUT, from CopyOutResponse to CopyDone.</summary>
internal sealed class CopyOutState(RelaySession session)
{
    private RunningOperation? operation;
    private PostgresCopyMasker? masker;

    /// <summary>True while data passes without anybody looking into it.</summary>
    public bool Passes => operation is not null && masker is null;

    public void Count(long length) => operation!.Bytes += length;

    public bool Start(PendingReply head, in CopyResponse response)
    {
        operation = head.Operation ?? throw PostgresRefusedException.Protocol("the target began a copy that nobody asked for");
        masker = ResultMasks.ForCopy(session, operation, response.IsBinary, response.Columns);
        return true;
    }

    public bool Data(PendingReply head, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (operation is null || !ReferenceEquals(head.Operation, operation)) throw PostgresRefusedException.Protocol("the target sent copy data that nobody asked for");
        operation.Bytes += PostgresFrame.HeaderLength + body.Length;
        return masker is null || !masker.TryRewrite(body, output);
    }

    /// <summary>CopyDone: every row was whole.</summary>
    public bool Done()
    {
        masker?.Complete();
        Abort();
        return true;
    }

    /// <summary>An error took its place.</summary>
    public void Abort() => (operation, masker) = (null, null);
}
