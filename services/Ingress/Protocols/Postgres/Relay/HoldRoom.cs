using System.IO.Pipelines;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>
/// A statement waits for people. Nothing flows to the server; the client hears of it at once and every half minute; what it sends
/// meanwhile stays unread beyond a bound; its leaving, its cancel and the failure of an earlier request each withdraw.
/// </summary>
internal sealed class HoldRoom(RelaySession session)
{
    /// <returns>What the client sent meanwhile, to go on with; null: the client, the target or the gateway is leaving.</returns>
    public async Task<ReadResult?> WaitAsync(Hold hold, ClientMessages messages, WaitingRequest request, CancellationToken cancel)
    {
        session.BeginHold();
        try
        {
            await messages.PushAsync(cancel);
            // The half minutes count from the first notice on.
            using var timer = new PeriodicTimer(session.Services.Options.HoldNotice, session.Services.Clock);
            session.Say(output => PostgresVoice.Waiting(hold).Write(output, BackendType.NoticeResponse));
            if (await WatchAsync(hold, timer, cancel) is not { } sent)
            {
                // Too late to leave the approval to a retry.
                if ((await hold.Outcome).Permit is { } unused) session.Gate.Complete(unused, new OperationResult(false, "not run: the client left", 0, 0, TimeSpan.Zero, []));
                return null;
            }

            request.Release(await CheckedAsync(await hold.Outcome, hold, request, cancel));
            return sent;
        }
        finally
        {
            session.EndHold();
        }
    }

    // The text was approved; a view or function behind it may have been replaced since.
    private async ValueTask<GateAnswer> CheckedAsync(GateAnswer answer, Hold hold, WaitingRequest request, CancellationToken cancel)
    {
        if (answer.Permit is not { } permit || await request.MeansTheSameAsync(permit, cancel)) return answer;
        session.Gate.Complete(permit, new OperationResult(false, "not run: what its names stand for changed", 0, 0, TimeSpan.Zero, []));
        return new Refusal(RefusalCode.Withdrawn, null, "what the statement's names stand for changed while it waited, so the approval no longer fits",
            $"Request {hold.RequestId} was approved for what they stood for before.", "Send the statement again.", hold.RequestId, hold.Link);
    }

    private async Task<ReadResult?> WatchAsync(Hold hold, PeriodicTimer timer, CancellationToken cancel)
    {
        var input = session.Client.Input;
        var clock = session.Services.Clock;
        var tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stopping = cancel.Register(() => stopped.TrySetResult());
        Task<ReadResult>? reading = input.ReadAsync(CancellationToken.None).AsTask();
        var withdrawn = false;
        var gone = false;
        while (!hold.Outcome.IsCompleted)
        {
            await Task.WhenAny([hold.Outcome, tick, .. reading is null ? [] : new Task[] { reading }, .. withdrawn ? [] : new[] { session.Cancelled, session.ServerEnded.Task, stopped.Task }]);
            if (tick.IsCompleted)
            {
                session.Say(output => PostgresVoice.StillWaiting(hold, hold.ExpiresAt - clock.GetUtcNow()).Write(output, BackendType.NoticeResponse));
                tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
            }

            if (reading is { IsCompleted: true } && !gone)
            {
                var more = false;
                gone = reading.IsFaulted || IsLeaving(await reading, out more);
                reading = more ? input.ReadAsync(CancellationToken.None).AsTask() : null;
            }

            gone |= session.ServerEnded.Task.IsCompleted || stopped.Task.IsCompleted;
            if (withdrawn || !(gone || session.Cancelled.IsCompleted)) continue;
            withdrawn = true;
            await hold.WithdrawAsync(session.Stopping ? "shutdown" : gone ? "disconnected" : "cancelled");
        }

        if (gone) return null;
        input.CancelPendingRead();
        return await (reading ?? input.ReadAsync(CancellationToken.None).AsTask());
    }

    /// <summary>The client's bytes are not for now, its leaving is.</summary>
    private bool IsLeaving(ReadResult read, out bool readOn)
    {
        var leaving = read.IsCompleted || PostgresFrame.TryReadHeader(read.Buffer, out var type, out _) && type == FrontendType.Terminate;
        readOn = !leaving && read.Buffer.Length < session.Services.Options.HoldBuffer;
        session.Client.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        return leaving;
    }
}
