using System.Text.Json;
using Hoop.Approval.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Hoop.Approval.Notifications;

/// <summary>What is to be delivered, in the database: it outlives a restart, and any number of instances work on it.</summary>
internal sealed class DeliveryQueue(IDbContextFactory<ApprovalDb> databases, IOptions<NotificationOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan DeliveredMemory = TimeSpan.FromDays(7), FailedMemory = TimeSpan.FromDays(30);

    /// <summary>Longer than an attempt lasts: what a process that died had taken is taken again after it.</summary>
    private TimeSpan Lease => options.Value.Timeout * 2 + TimeSpan.FromSeconds(10);

    /// <summary>Twice changes nothing: an event is queued for a receiver once.</summary>
    public async Task AddAsync(Guid eventId, IEnumerable<(string Receiver, Notice Notice)> deliveries, long policyVersion, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var now = clock.GetUtcNow();
        foreach (var (receiver, notice) in deliveries)
        {
            var json = JsonSerializer.Serialize(notice, ApprovalDb.Json);
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO deliveries (event_id, receiver, event, request_id, notice, policy_version, state, attempts, created_at, next_at, give_up_at)
                VALUES ({eventId}, {receiver}, {notice.Event}, {notice.Request}, {json}::json, {policyVersion}, 'waiting', 0, {now}, {now}, {now + options.Value.GiveUpAfter})
                ON CONFLICT DO NOTHING
                """, cancel);
        }
    }

    /// <summary>Receivers that have something due.</summary>
    public async Task<List<string>> DueAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var now = clock.GetUtcNow();
        return await db.Deliveries.Where(one => one.State == Delivery.Waiting && one.NextAt <= now).Select(one => one.Receiver).Distinct().ToListAsync(cancel);
    }

    /// <summary>The oldest that is due, for this caller alone for a while; null when there is none.</summary>
    public async Task<Delivery?> TakeAsync(string receiver, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var now = clock.GetUtcNow();
        var taken = await db.Deliveries.FromSql(
            $"""
            UPDATE deliveries SET attempts = attempts + 1, next_at = {now + Lease}
            WHERE (event_id, receiver) = (
                SELECT event_id, receiver FROM deliveries WHERE state = 'waiting' AND receiver = {receiver} AND next_at <= {now}
                ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING *
            """).AsNoTracking().ToListAsync(cancel);
        return taken.SingleOrDefault();
    }

    public async Task EndAsync(Delivery delivery, string state, string? error, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var now = clock.GetUtcNow();
        await Waiting(db, delivery).ExecuteUpdateAsync(set => set
            .SetProperty(one => one.State, state).SetProperty(one => one.EndedAt, now).SetProperty(one => one.LastError, error), cancel);
    }

    public async Task TryLaterAsync(Delivery delivery, DateTimeOffset next, string error, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        await Waiting(db, delivery).ExecuteUpdateAsync(set => set.SetProperty(one => one.NextAt, next).SetProperty(one => one.LastError, error), cancel);
    }

    /// <summary>What was given up is tried anew, as if it had just happened. False: there is no such delivery.</summary>
    public async Task<bool> RetryAsync(Guid eventId, string receiver, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var now = clock.GetUtcNow();
        return await db.Deliveries.Where(one => one.EventId == eventId && one.Receiver == receiver && one.State == Delivery.GivenUp).ExecuteUpdateAsync(set => set
            .SetProperty(one => one.State, Delivery.Waiting).SetProperty(one => one.Attempts, 0).SetProperty(one => one.NextAt, now)
            .SetProperty(one => one.GiveUpAt, now + options.Value.GiveUpAfter).SetProperty(one => one.EndedAt, (DateTimeOffset?)null), cancel) > 0;
    }

    public async Task ForgetOldAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var (delivered, failed) = (clock.GetUtcNow() - DeliveredMemory, clock.GetUtcNow() - FailedMemory);
        await db.Deliveries.Where(one => one.State != Delivery.Waiting && one.EndedAt < (one.State == Delivery.GivenUp ? failed : delivered)).ExecuteDeleteAsync(cancel);
    }

    // A lease that ran out may have let another instance end it meanwhile.
    private static IQueryable<Delivery> Waiting(ApprovalDb db, Delivery delivery) =>
        db.Deliveries.Where(one => one.EventId == delivery.EventId && one.Receiver == delivery.Receiver && one.State == Delivery.Waiting);
}
