using Hoop.Approval.Requirements;
using Hoop.Approval.Storage;
using Hoop.Contracts.Identity;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Reviews;

/// <summary>Who sees which reviews: whoever broke the glass, and people who may review it.</summary>
internal sealed class ReviewQueries(IDbContextFactory<ApprovalDb> databases)
{
    private const int MaxListed = 200;

    /// <summary>Open ones first, the most overdue first.</summary>
    public async Task<List<ReviewState>> ListAsync(Principal viewer, bool open, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var all = db.Reviews.AsNoTracking();
        if (open) all = all.Where(review => review.ClosedAt == null);
        var newest = await all.OrderBy(review => review.ClosedAt != null).ThenByDescending(review => review.OpenedAt).Take(5 * MaxListed).ToListAsync(cancel);
        return [.. newest.Where(review => MaySee(review, viewer)).OrderBy(review => review.ClosedAt is not null).ThenBy(review => review.DueAt).Take(MaxListed)];
    }

    /// <summary>Null: there is none, or this principal may not see it.</summary>
    public async Task<ReviewState?> FindAsync(Principal viewer, Guid id, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return await db.Reviews.AsNoTracking().SingleOrDefaultAsync(review => review.CorrelationId == id, cancel) is { } found && MaySee(found, viewer) ? found : null;
    }

    private static bool MaySee(ReviewState review, Principal viewer) =>
        review.Emergency.Requester.Id == viewer.Id
        || (viewer.Kind == "human" && review.Emergency.Reviews.SelectMany(one => one.Steps).SelectMany(step => step.Approvers).Includes(viewer, review.Emergency.Requester));
}
