using System.Buffers;
using System.IO.Pipelines;
using Hoop.Ingress.Transport;
using Hoop.Ingress.Wire.Postgres;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>
/// Client to server, and the only writer to the server: takes messages off the client's buffer and hands them to
/// <see cref="ClientMessages"/>, one flush per batch. Large copy data streams; an oversize statement is read past, never buffered.
/// </summary>
internal sealed class ClientPump(RelaySession session, ClientMessages messages, HoldRoom holds)
{
    /// <summary>Messages after which the loop's other sessions have their turn: a buffer may hold thousands, and each may be refused at some cost.</summary>
    private const int Turn = 64;

    private readonly PostgresOptions options = session.Services.Options;

    /// <summary>Bytes of a copy-data message that still pass.</summary>
    private long passing;

    /// <summary>Bytes of an oversize statement that are still to be read past, and its type.</summary>
    private (long Bytes, byte Type) discarding;

    private enum Taken { Nothing, Frame, Oversize }

    /// <summary>Grows with every message and every read.</summary>
    public long Progress { get; private set; }

    /// <returns>Why it ended.</returns>
    public async Task<string> RunAsync(CancellationToken cancel)
    {
        var input = session.Client.Input;
        ReadResult? sent = null;
        while (true)
        {
            var read = sent ?? await input.ReadAsync(cancel);
            var rest = read.Buffer;
            Progress++;
            sent = null;
            // Its copy may have ended without the client's doing. Not within a message of the client's.
            if (passing == 0) await messages.SettleLimitedAsync(cancel);
            var inTurn = 0;
            while (sent is null && Take(ref rest, out var frame) is var taken and not Taken.Nothing)
            {
                Progress++;
                if (++inTurn % Turn == 0 && EventLoop.Current is not null) await Task.Yield();
                if (session.IsBehind) await messages.CatchUpAsync(cancel);
                if (taken == Taken.Oversize)
                {
                    await messages.OversizeAsync(frame.Type, cancel);
                    continue;
                }

                if (frame.Type == FrontendType.Terminate) return "client closed";
                if (session.Text.OtherEncoding is { } encoding && !session.Gate.PassesEverything && !ClientFields.NamesAreAscii(frame))
                    throw PostgresRefusedException.Protocol($"a name of a statement or portal is not ASCII, and the database's encoding is {encoding}");
                if (!session.Cutting.IsCompleted) await session.Cutting.WaitAsync(cancel);
                var handling = messages.HandleAsync(frame, cancel);
                if ((handling.IsCompleted ? await handling : await LookAsync(handling)) is not { } waiting)
                {
                    await messages.SettleLimitedAsync(cancel);
                    continue;
                }

                // The frame outlives its buffer: the client's bytes are looked at while its statement waits.
                waiting.Keep();
                input.AdvanceTo(rest.Start);
                sent = await holds.WaitAsync(waiting.Hold, messages, waiting, cancel);
                if (sent is null) return "client closed while waiting for approval";
                await messages.SettleLimitedAsync(cancel);
            }

            if (sent is null) input.AdvanceTo(rest.Start, rest.End);
            await session.Upstream.Output.FlushAsync(cancel);
            if (read.IsCompleted && sent is null) return rest.IsEmpty ? "client closed" : "client closed within a message";
        }
    }

    private async ValueTask<WaitingRequest?> LookAsync(ValueTask<WaitingRequest?> handling)
    {
        session.BeginLook();
        try
        {
            return await handling;
        }
        finally
        {
            session.EndLook();
        }
    }

    private Taken Take(ref ReadOnlySequence<byte> rest, out PostgresFrame frame)
    {
        frame = default;
        while (true)
        {
            if (passing > 0) Pass(ref rest);
            if (discarding.Bytes > 0)
            {
                if (!Discard(ref rest)) return Taken.Nothing;
                frame = new PostgresFrame(discarding.Type, default);
                return Taken.Oversize;
            }

            if (!PostgresFrame.TryReadHeader(rest, out var type, out var length)) return Taken.Nothing;
            if (length > options.MessageLimit) throw PostgresRefusedException.Protocol($"message of {length} bytes; the gateway takes at most {options.MessageLimit}");
            if (type == FrontendType.CopyData)
            {
                passing = PostgresFrame.HeaderLength + (long)length;
                continue;
            }

            if (type is FrontendType.Query or FrontendType.Parse && length > options.StatementLimit && !session.Gate.PassesEverything)
            {
                discarding = (PostgresFrame.HeaderLength + (long)length, type);
                continue;
            }

            return PostgresFrame.TryRead(ref rest, options.MessageLimit, out frame) == FrameRead.Whole ? Taken.Frame : Taken.Nothing;
        }
    }

    private void Pass(ref ReadOnlySequence<byte> rest)
    {
        var part = rest.Slice(0, Math.Min(passing, rest.Length));
        // Without a COPY that was permitted, the server reads past copy data.
        session.Upstream.Output.WriteFrame(part);
        passing -= part.Length;
        rest = rest.Slice(part.End);
    }

    private bool Discard(ref ReadOnlySequence<byte> rest)
    {
        var part = Math.Min(discarding.Bytes, rest.Length);
        discarding.Bytes -= part;
        rest = rest.Slice(part);
        return discarding.Bytes == 0;
    }
}
