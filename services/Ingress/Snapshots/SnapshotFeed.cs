using Hoop.Contracts.Documents;
using Hoop.Masking.Engine;
using Hoop.Policy.Engine;
using Hoop.ServiceDefaults.Documents;
using MassTransit;

namespace Hoop.Ingress.Snapshots;

/// <summary>Pairs the policy with its masks, compiles them and swaps; keeps the last good pair on disk.</summary>
internal sealed class SnapshotFeed(
    HoopDocuments documents, DocumentCache<MaskingDocument> masks, DocumentCache<SnapshotPair> pairs, SnapshotStore store,
    MaskingKey key, TimeProvider clock, ILogger<SnapshotFeed> logger) : BackgroundService
{
    private readonly SemaphoreSlim wake = new(0, 1);

    internal void Wake()
    {
        try
        {
            wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already awake.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (pairs.ReadLastGood() is { } lastGood) TryActivate(lastGood, "last good from disk");
        documents.Changed += _ => Wake();
        var silent = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await PairUpAsync(stoppingToken);
                silent = false;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException && !stoppingToken.IsCancellationRequested)
            {
                if (!silent) logger.MasksUnreachable(e.Message, store.Current?.Document.Version);
                silent = true;
            }
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            patience.CancelAfter(store.Current?.Document.Version == documents.Current?.Version && store.Current is not null ? TimeSpan.FromSeconds(5) : TimeSpan.FromMilliseconds(250));
            await wake.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PairUpAsync(CancellationToken cancel)
    {
        if (documents.Current is not { } policy || IsActive(policy)) return;
        // Masks of another version are no masks for this policy: the old pair stays until both are there.
        if (await masks.PullAsync(cancel) is not { } document || document.Version != policy.Version) return;
        var pair = new SnapshotPair(policy, document);
        if (TryActivate(pair, "pulled") && !pairs.TryKeepLastGood(pair, out var why)) logger.SnapshotNotKept(policy.Version, why);
    }

    private bool IsActive(HoopDocument policy) => store.Current is { } current && current.Document.Version == policy.Version && current.Document.Digest == policy.Digest;

    private bool TryActivate(SnapshotPair pair, string source)
    {
        try
        {
            store.Current = new HoopSnapshot(pair.Policy, PolicyEngine.Compile(pair.Policy), MaskingEngine.Compile(pair.Masks, key.Bytes));
            logger.SnapshotActivated(pair.Policy.Version, source, clock.GetUtcNow());
            return true;
        }
        catch (Exception e)
        {
            logger.SnapshotRefused(e, pair.Policy.Version);
            return false;
        }
    }
}

/// <summary>The secret of hash masks.</summary>
internal sealed record MaskingKey(byte[] Bytes)
{
    public override string ToString() => "***";
}

/// <summary>Wakes the feed, on a queue of this process alone.</summary>
internal sealed class MaskingActivatedConsumer(SnapshotFeed feed) : IConsumer<MaskingActivated>
{
    public Task Consume(ConsumeContext<MaskingActivated> context)
    {
        feed.Wake();
        return Task.CompletedTask;
    }
}
