using Hoop.Approval.Outbox;
using Hoop.Approval.Storage;
using Hoop.ServiceDefaults.Documents;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Grants;

/// <summary>Ends windows whose time is up or whose policy was replaced, and says so. Every Ingress sees both by itself too: this is for people and for order.</summary>
internal sealed class GrantEnder(
    IDbContextFactory<ApprovalDb> databases, HoopDocuments documents, TimeProvider clock, ILogger<GrantEnder> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private const int Batch = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        do
        {
            try
            {
                while (await EndAsync(stoppingToken) == Batch) { }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                logger.EndingFailed(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<int> EndAsync(CancellationToken cancel)
    {
        var (now, version) = (clock.GetUtcNow(), documents.Current?.Version ?? 0);
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var due = await db.Grants.FromSql(
            $"""
            SELECT * FROM grants WHERE state = 'active' AND (expires_at <= {now} OR policy_version < {version})
            ORDER BY expires_at LIMIT {Batch} FOR UPDATE SKIP LOCKED
            """).ToListAsync(cancel);
        if (due.Count == 0) return 0;
        foreach (var grant in due)
        {
            var cause = grant.ExpiresAt <= now ? GrantState.Expired : GrantState.PolicyChanged;
            db.Enqueue(grant.End(cause, now), now);
            db.Decisions.Add(new DecisionEntry { RequestId = grant.Id, At = now, Kind = "grant-ended", Code = cause });
        }
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return due.Count;
    }
}
