using Hoop.Approval.Requirements;
using Hoop.Approval.Saga;
using Hoop.Approval.Storage;
using Hoop.Contracts.Identity;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Requests;

internal enum RequestFilter { Pending, Decided, All }

/// <summary>Who sees which requests: everybody their own, people also those they may decide.</summary>
internal sealed class RequestQueries(IDbContextFactory<ApprovalDb> databases)
{
    private const int MaxListed = 200, MaxFollowed = 1000;

    /// <summary>Newest first; what waits, the most urgent first.</summary>
    public async Task<List<ApprovalState>> ListAsync(Principal viewer, RequestFilter filter, bool mine, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var seen = Visible(db.Approvals, viewer);
        if (mine) seen = seen.Where(a => a.RequesterId == viewer.Id);
        seen = filter switch
        {
            RequestFilter.Pending => seen.Where(a => a.CurrentState == nameof(ApprovalMachine.Pending)).OrderBy(a => a.ExpiresAt),
            RequestFilter.Decided => seen.Where(a => a.CurrentState != nameof(ApprovalMachine.Pending)).OrderByDescending(a => a.RequestedAt),
            _ => seen.OrderByDescending(a => a.RequestedAt),
        };
        return [.. (await seen.Take(MaxListed).ToListAsync(cancel)).Where(approval => approval.Concerns(viewer))];
    }

    /// <summary>Null: there is none, or this principal may not see it.</summary>
    public async Task<ApprovalState?> FindAsync(Principal viewer, Guid id, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return await Visible(db.Approvals, viewer).SingleOrDefaultAsync(a => a.CorrelationId == id, cancel) is { } found && found.Concerns(viewer) ? found : null;
    }

    /// <summary>What waits and, with a time, what opened, was decided or ended since; oldest first.</summary>
    public async Task<List<ApprovalState>> ChangedAsync(Principal viewer, DateTimeOffset? since, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var seen = Visible(db.Approvals, viewer);
        seen = since is { } time
            ? seen.Where(a => a.CurrentState == nameof(ApprovalMachine.Pending) || a.RequestedAt > time || a.ResolvedAt > time || a.EndedAt > time)
            : seen.Where(a => a.CurrentState == nameof(ApprovalMachine.Pending));
        var newest = await seen.OrderByDescending(a => a.RequestedAt).Take(MaxFollowed).ToListAsync(cancel);
        newest.Reverse();
        return newest.FindAll(approval => approval.Concerns(viewer));
    }

    /// <summary>Of these, those that the viewer may see.</summary>
    public async Task<List<ApprovalState>> FindAllAsync(Principal viewer, IReadOnlyCollection<Guid> ids, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return (await Visible(db.Approvals, viewer).Where(a => ids.Contains(a.CorrelationId)).OrderBy(a => a.RequestedAt).ToListAsync(cancel))
            .FindAll(approval => approval.Concerns(viewer));
    }

    /// <summary>Of these requests, those that the viewer may see.</summary>
    public static IQueryable<ApprovalState> Visible(IQueryable<ApprovalState> requests, Principal viewer)
    {
        var all = requests.AsNoTracking();
        if (viewer.Kind != "human") return all.Where(a => a.RequesterId == viewer.Id);
        var (groups, names) = (viewer.Groups.ToList(), Concerned.NamesOf(viewer));
        return all.Where(a => a.RequesterId == viewer.Id
            || a.ApproverGroups.Any(group => groups.Contains(group)) || a.ApproverPeople.Any(name => names.Contains(name)));
    }
}
