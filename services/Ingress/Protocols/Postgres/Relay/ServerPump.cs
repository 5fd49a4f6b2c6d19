using System.Buffers;
using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>
/// Server to client, and the only writer to the client. Messages that nobody has to look at are copied in runs, byte for byte;
/// everything happens under the session's lock, once per batch, with one flush at its end.
/// </summary>
internal sealed class ServerPump(RelaySession session)
{
    private const int MaxMessage = 64 * 1024 * 1024;

    private readonly ServerMessages messages = new(session);

    /// <summary>What goes in the place of messages, until it is copied to the client's buffer: within a batch, so one for each thread.</summary>
    [ThreadStatic]
    private static ScratchBuffer? scratch;

    /// <summary>Bytes of the message at the front that still pass unseen.</summary>
    private long passing;

    /// <returns>Why it ended.</returns>
    public async Task<string> RunAsync(CancellationToken cancel)
    {
        var input = session.Upstream.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(cancel);
                var (consumed, wrote, close) = Batch(read.Buffer);
                input.AdvanceTo(consumed, read.Buffer.End);
                session.Record();
                WakeClientPump();
                if (wrote && !await FlushAsync(cancel)) return "client closed";
                if (close) return "closed by the gateway";
                if (read.IsCompleted) break;
            }
        }
        catch (IOException)
        {
            // Reset instead of a proper end: the same to the client.
        }

        // Within a message of the target's there is no place for one of ours.
        if (messages.LastWords is null && passing == 0 && !session.ClientLeft)
        {
            PostgresDiagnostic.Create("FATAL", "08006", "the target closed the connection", hint: "Connect again.").Write(session.Client.Output, BackendType.ErrorResponse);
            await FlushAsync(cancel);
        }

        return messages.LastWords is { } words ? $"target closed: {words}" : "target closed";
    }

    // Outside the lock: what waits for the client's bytes may go on at once.
    private void WakeClientPump()
    {
        if (!session.WakesClientPump) return;
        lock (session.Lock)
        {
            if (!session.WakesClientPump) return;
            session.WakesClientPump = false;
        }

        session.Client.Input.CancelPendingRead();
    }

    /// <returns>False: nobody reads any more.</returns>
    private async ValueTask<bool> FlushAsync(CancellationToken cancel)
    {
        try
        {
            return !(await session.Client.Output.FlushAsync(cancel)).IsCompleted;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private (SequencePosition Consumed, bool Wrote, bool Close) Batch(in ReadOnlySequence<byte> buffer)
    {
        lock (session.Lock)
        {
            var replacement = (scratch ??= new()).Clear();
            var wrote = passing == 0 && WriteNotes();
            var rest = buffer;
            var run = 0L;
            var start = buffer.Start;
            while (Next(ref rest, replacement, out var forward, out var length))
            {
                if (forward)
                {
                    run += length;
                    continue;
                }

                wrote |= Copy(buffer, start, run) | CopyReplacement(replacement);
                (start, run) = (rest.Start, 0);
            }

            wrote |= Copy(buffer, start, run);
            if (passing == 0) wrote |= WriteNotes();
            return (rest.Start, wrote, session.Closing && passing == 0);
        }
    }

    /// <summary>Takes one message, or the rest of one that passes, off the buffer.</summary>
    private bool Next(ref ReadOnlySequence<byte> rest, ScratchBuffer replacement, out bool forward, out long length)
    {
        (forward, length) = (true, 0);
        if (passing > 0)
        {
            if (rest.IsEmpty) return false;
            length = Math.Min(passing, rest.Length);
        }
        else if (messages.TakeRows(rest.FirstSpan, replacement, out var masked) is var taken and > 0)
        {
            rest = rest.Slice(taken);
            (forward, length) = (!masked, taken);
            return true;
        }
        else
        {
            if (!PostgresFrame.TryReadHeader(rest, out var type, out var body)) return false;
            passing = PostgresFrame.HeaderLength + (long)body;
            if (messages.MayStream(type, passing))
            {
                length = Math.Min(passing, rest.Length);
            }
            else
            {
                if (!TryHandle(rest, type, body, replacement, out forward)) return false;
                length = passing;
            }
        }

        passing -= length;
        rest = rest.Slice(length);
        return true;
    }

    private bool TryHandle(in ReadOnlySequence<byte> rest, byte type, int bodyLength, ScratchBuffer replacement, out bool forward)
    {
        forward = false;
        if (bodyLength > MaxMessage)
            throw new PostgresRefusedException(PostgresDiagnostic.Create("FATAL", "54000", "the target sent a message that is too large to be masked"), "target's message over the limit");
        if (rest.Length < passing)
        {
            // Not all there: it will be looked at again from its header.
            passing = 0;
            return false;
        }

        using var body = new PostgresBody(rest.Slice(PostgresFrame.HeaderLength, bodyLength));
        forward = messages.Handle(type, body.Span, replacement);
        return true;
    }

    private bool Copy(in ReadOnlySequence<byte> buffer, SequencePosition start, long length)
    {
        if (length == 0) return false;
        session.Client.Output.WriteFrame(buffer.Slice(start, length));
        return true;
    }

    private bool CopyReplacement(ScratchBuffer replacement)
    {
        if (replacement.Length == 0) return false;
        session.Client.Output.Write(replacement.Written);
        replacement.Clear();
        return true;
    }

    private bool WriteNotes()
    {
        var wrote = false;
        while (session.TryTakeNote(out var note))
        {
            session.Client.Output.Write(note);
            wrote = true;
        }

        return wrote;
    }
}
