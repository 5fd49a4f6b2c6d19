using Hoop.Contracts.Audit;

namespace Hoop.Ingress.Journal.Shipping;

/// <summary>Hands a batch to the broker and returns when the broker has it. The message may be dropped when nobody took it in time: it is sent again.</summary>
internal delegate Task PublishBatch(RecordEvents batch, TimeSpan timeToLive, CancellationToken cancel);

/// <summary>
/// Ships the journal to Audit: at least once, in order, a few batches ahead of their confirmations. The Gate never waits for it;
/// when the broker or Audit is down the journal grows, and this catches up.
/// </summary>
internal sealed class JournalShipper(
    FileJournal journal, Confirmations confirmations, JournalIdentity identity, PublishBatch publish, JournalOptions options, TimeProvider time, ILogger<JournalShipper> logger)
    : BackgroundService
{
    private const int Window = 4;
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(15);

    private readonly BatchReader reader = new(journal, identity.IngressId);
    private readonly ShippingWindow window = new(journal, Window);
    private TimeSpan confirmTimeout = options.ConfirmTimeout;
    private long lastProgress;
    private bool stalled;
    private bool sendFailed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        confirmations.Arrived = journal.Wake;
        lastProgress = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            journal.Pace.Look(journal.WrittenBytes, journal.BacklogBytes, takes: !stalled);
            try
            {
                await ShipAsync(stoppingToken);
                await journal.Changed.WaitAsync(TimeSpan.FromSeconds(1), stoppingToken);
                // Behind, it goes on at once: what waits is more than a batch already.
                if (options.Linger > TimeSpan.Zero && window.HasRoom)
                    await Task.Delay(options.Linger, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever the broker or the disk says: the events are in the journal, and it is tried again.
                Stall(e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ShipAsync(CancellationToken cancel)
    {
        TakeConfirmations();
        window.DeleteDoneSegments();
        if (!window.IsEmpty && (sendFailed || time.GetElapsedTime(lastProgress) >= confirmTimeout))
            await ResendAsync(cancel);
        while (window.HasRoom && reader.Next() is { } batch)
        {
            if (window.IsEmpty)
                lastProgress = time.GetTimestamp();
            // In the window before it is sent: a failed send is repeated like one that was not confirmed.
            window.Add(batch);
            await PublishAsync(batch, cancel);
        }
    }

    private void TakeConfirmations()
    {
        var progress = false;
        while (confirmations.TryTake(out var id))
            progress |= window.Confirm(id);
        if (!progress)
            return;
        (lastProgress, confirmTimeout) = (time.GetTimestamp(), options.ConfirmTimeout);
        if (stalled)
            logger.ShippingResumed();
        stalled = false;
    }

    private async Task ResendAsync(CancellationToken cancel)
    {
        if (!sendFailed)
        {
            Stall($"no confirmation for {confirmTimeout.TotalSeconds:0.#} s");
            confirmTimeout = TimeSpan.FromTicks(Math.Min(confirmTimeout.Ticks * 2, options.ConfirmTimeout.Ticks * 16));
        }

        foreach (var batch in window.Unconfirmed.Where(b => !b.Confirmed).ToList())
            await PublishAsync(batch, cancel);
        lastProgress = time.GetTimestamp();
    }

    private async Task PublishAsync(Batch batch, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(PublishTimeout);
        sendFailed = true;
        try
        {
            // What nobody took by the time it is sent again would only pile up in the queue.
            await publish(batch.Message, confirmTimeout, limit.Token);
            sendFailed = false;
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException("the broker does not take messages", e);
        }
    }

    private void Stall(string error)
    {
        if (!stalled)
            logger.ShippingStalled(error, journal.BacklogBytes);
        stalled = true;
    }
}
