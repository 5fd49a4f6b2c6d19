using Hoop.Approval.Outbox;
using Hoop.Approval.Storage;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Expiry;

/// <summary>
/// Tells the sagas whose time has come: requests that expire or escalate, reviews that are overdue. The times are in the database, so a
/// restart forgets none, and each row is taken by one instance; told once, in the transaction that notes the telling.
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
                foreach (var tell in (Func<ApprovalDb, DateTimeOffset, CancellationToken, Task<int>>[])[ExpireAsync, EscalateAsync, RemindAsync])
                    while (await TellAsync(tell, stoppingToken) == Batch) { }
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

    private async Task<int> TellAsync(Func<ApprovalDb, DateTimeOffset, CancellationToken, Task<int>> tell, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var told = await tell(db, clock.GetUtcNow(), cancel);
        if (told == 0) return 0;
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return told;
    }

    private static async Task<int> ExpireAsync(ApprovalDb db, DateTimeOffset now, CancellationToken cancel)
    {
        var due = await db.Approvals.FromSql(
            $"""
            SELECT * FROM approvals
            WHERE state IN ('Pending', 'Approved') AND expiry_told_at IS NULL AND expires_at <= {now}
            ORDER BY expires_at LIMIT {Batch} FOR UPDATE SKIP LOCKED
            """).ToListAsync(cancel);
        foreach (var approval in due)
        {
            approval.ExpiryToldAt = now;
            db.Enqueue(new ExpiryReached(approval.CorrelationId, approval.ExpiresAt), now);
        }
        return due.Count;
    }

    private static async Task<int> EscalateAsync(ApprovalDb db, DateTimeOffset now, CancellationToken cancel)
    {
        var due = await db.Approvals.FromSql(
            $"""
            SELECT * FROM approvals WHERE state = 'Pending' AND escalates_at <= {now}
            ORDER BY escalates_at LIMIT {Batch} FOR UPDATE SKIP LOCKED
            """).ToListAsync(cancel);
        foreach (var approval in due)
        {
            var at = approval.EscalatesAt!.Value;
            approval.EscalatesAt = approval.NextEscalation(at);
            db.Enqueue(new EscalationReached(approval.CorrelationId, at), now);
        }
        return due.Count;
    }

    private static async Task<int> RemindAsync(ApprovalDb db, DateTimeOffset now, CancellationToken cancel)
    {
        var due = await db.Reviews.FromSql(
            $"SELECT * FROM reviews WHERE state = 'Open' AND due_at <= {now} ORDER BY due_at LIMIT {Batch} FOR UPDATE SKIP LOCKED").ToListAsync(cancel);
        foreach (var review in due)
        {
            db.Enqueue(new ReviewTimeReached(review.CorrelationId, review.DueAt), now);
            // Nothing ran here for a while: one reminder makes up for all that were missed.
            var within = review.Emergency.ReviewWithin;
            while (review.DueAt <= now) review.DueAt += within;
        }
        return due.Count;
    }

    private async Task ForgetOldMessagesAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        await db.Database.ExecuteSqlAsync($"DELETE FROM inbox WHERE handled_at < {clock.GetUtcNow() - InboxMemory}", cancel);
    }
}
