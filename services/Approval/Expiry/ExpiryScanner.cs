using Hoop.Approval.Outbox;
using Hoop.Approval.Storage;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Expiry;

/// <summary>
/// Tells the saga which requests ran out of time. The times are in the database, so a restart forgets none, and each request is taken by
/// one instance; told once, in the transaction that notes the telling.
/// </summary>
internal sealed class ExpiryScanner(IDbContextFactory<ApprovalDb> databases, TimeProvider clock, ILogger<ExpiryScanner> logger) : BackgroundService
{
    /// <summary>How late an expiry may be noticed.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan InboxMemory = TimeSpan.FromDays(2);
    private static readonly TimeSpan CleaningInterval = TimeSpan.FromMinutes(10);
    private const int Batch = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        var cleaned = DateTimeOffset.MinValue;
        do
        {
            try
            {
                while (await TellAsync(stoppingToken) == Batch) { }
                if (clock.GetUtcNow() - cleaned < CleaningInterval) continue;
                await ForgetOldMessagesAsync(stoppingToken);
                cleaned = clock.GetUtcNow();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                logger.ScanFailed(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<int> TellAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var due = await db.Approvals.FromSql(
            $"""
            SELECT * FROM approvals
            WHERE state IN ('Pending', 'Approved') AND expiry_told_at IS NULL AND expires_at <= {now}
            ORDER BY expires_at LIMIT {Batch} FOR UPDATE SKIP LOCKED
            """).ToListAsync(cancel);
        if (due.Count == 0) return 0;
        foreach (var approval in due)
        {
            approval.ExpiryToldAt = now;
            db.Enqueue(new ExpiryReached(approval.CorrelationId, approval.ExpiresAt), now);
        }
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return due.Count;
    }

    private async Task ForgetOldMessagesAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        await db.Database.ExecuteSqlAsync($"DELETE FROM inbox WHERE handled_at < {clock.GetUtcNow() - InboxMemory}", cancel);
    }
}
