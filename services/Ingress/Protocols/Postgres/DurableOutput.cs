using System.IO.Pipelines;
using Hoop.Ingress.Journal;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres;

/// <summary>
/// A session's way to the server: whatever was permitted is on the journal's disk before the bytes leave, once per flush, however many
/// statements are in it. What was never flushed is never sent.
/// </summary>
internal sealed class DurableOutput(PipeWriter server, IGateSession gate) : PipeWriter
{
    public override bool CanGetUnflushedBytes => server.CanGetUnflushedBytes;
    public override long UnflushedBytes => server.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => server.GetMemory(sizeHint);
    public override Span<byte> GetSpan(int sizeHint = 0) => server.GetSpan(sizeHint);
    public override void Advance(int bytes) => server.Advance(bytes);
    public override void CancelPendingFlush() => server.CancelPendingFlush();

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var durable = gate.DurableAsync(cancellationToken);
        return durable.IsCompletedSuccessfully ? server.FlushAsync(cancellationToken) : FlushWhenAsync(durable, cancellationToken);
    }

    public override void Complete(Exception? exception = null) => server.Complete(exception ?? NotSent);
    public override ValueTask CompleteAsync(Exception? exception = null) => server.CompleteAsync(exception ?? NotSent);

    private static IOException NotSent => new("the session is over");

    private async ValueTask<FlushResult> FlushWhenAsync(ValueTask durable, CancellationToken cancel)
    {
        try
        {
            await durable;
        }
        catch (JournalUnavailableException e)
        {
            // Their answers are awaited in order, so none of the batch can be refused by itself.
            throw new PostgresRefusedException(
                PostgresDiagnostic.Create("FATAL", "58030", "the audit journal cannot be written, so nothing may run",
                    "Every statement is recorded before it runs; the journal's disk is failing.", "Connect again when an administrator has repaired the journal's disk."),
                $"journal: {e.Message}");
        }

        return await server.FlushAsync(cancel);
    }
}
