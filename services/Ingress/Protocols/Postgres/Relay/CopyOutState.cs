using System.Buffers;
using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Protocols.Postgres.Results;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>COPY … TO STDOUT, from CopyOutResponse to CopyDone, or the server's part of a replication stream.</summary>
internal sealed class CopyOutState(RelaySession session)
{
    private static ReadOnlySpan<byte> BinaryEnd => [0xff, 0xff];

    private RunningOperation? operation;
    private PostgresCopyMasker? masker;
    private RecordedCopy? recorded;

    /// <summary>Messages that are no row and may still come.</summary>
    private int extra;

    /// <summary>True when a message passes without anybody looking into it.</summary>
    public bool Passes(long length) => operation is { Limit: null } && masker is null && (recorded is null || recorded.Skips(length));

    public void Count(long length) => operation!.Bytes += length;

    public bool Start(in PendingReply head, in CopyResponse response)
    {
        Stream(head);
        extra = operation!.Current?.Command.Options.Any(static option => option.Key == "header") == true ? 1 : 0;
        masker = ResultMasks.ForCopy(session, operation, response.IsBinary, response.Columns);
        recorded = ResultRecorder.ForCopy(session, operation, response.IsBinary, response.Columns);
        return true;
    }

    /// <summary>What it sends are no rows of a result: they are counted as bytes.</summary>
    public void Stream(in PendingReply head) => operation = head.Operation ?? throw PostgresRefusedException.Protocol("the target began a copy that nobody asked for");

    public bool Data(in PendingReply head, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (operation is null || !ReferenceEquals(head.Operation, operation)) throw PostgresRefusedException.Protocol("the target sent copy data that nobody asked for");
        // The end mark of a binary copy is no row; the header is, but only the tag tells it from one.
        var isRow = !body.SequenceEqual(BinaryEnd) && extra-- <= 0;
        if (operation.Limit is { Exceeded: true } || isRow && !operation.TryTakeRow()) return false;
        operation.Bytes += PostgresFrame.HeaderLength + body.Length;
        if (recorded is { Done: false }) recorded.Add(body);
        return masker is null || !masker.TryRewrite(body, output);
    }

    /// <summary>CopyDone: every row was whole.</summary>
    public bool Done()
    {
        masker?.Complete();
        var passes = operation is not { Limit.Exceeded: true };
        Abort();
        return passes;
    }

    /// <summary>An error took its place.</summary>
    public void Abort() => (operation, masker, recorded) = (null, null, null);
}
