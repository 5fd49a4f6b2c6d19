using System.Linq.Expressions;
using Hoop.Approval.Requests;
using Hoop.Approval.Requirements;
using Hoop.Approval.Saga;
using Hoop.Approval.Storage;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Grants;

internal enum GrantFilter { Active, Ended, All }

/// <summary>Who sees which grants: those whose requests they see. Everybody their own, people also those they may revoke.</summary>
internal sealed class GrantQueries(IDbContextFactory<ApprovalDb> databases, TimeProvider clock)
{
    private const int MaxListed = 200;

    /// <summary>Newest first.</summary>
    public async Task<List<Grant>> ListAsync(Principal viewer, GrantFilter filter, bool mine, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var now = clock.GetUtcNow();
        var seen = RequestQueries.Visible(db.Approvals, viewer).Where(a => a.Outcome == ApprovalOutcome.Approved);
        if (mine) seen = seen.Where(a => a.RequesterId == viewer.Id);
        var open = db.Grants.Where(grant => grant.State == GrantState.Active && grant.ExpiresAt > now).Select(grant => grant.Id);
        Expression<Func<ApprovalState, bool>> active = a =>
            open.Contains(a.CorrelationId) || a.CurrentState == nameof(ApprovalMachine.Approved) && a.ExpiresAt > now && !db.Grants.Any(grant => grant.Id == a.CorrelationId);
        seen = filter switch
        {
            GrantFilter.Active => seen.Where(active),
            GrantFilter.Ended => seen.Where(Expression.Lambda<Func<ApprovalState, bool>>(Expression.Not(active.Body), active.Parameters)),
            _ => seen,
        };
        var found = await seen.OrderByDescending(a => a.ResolvedAt).Take(MaxListed).ToListAsync(cancel);
        return await WithWindowsAsync(db, found.FindAll(approval => approval.Concerns(viewer)), cancel);
    }

    /// <summary>Null: there is none, or this principal may not see it.</summary>
    public async Task<Grant?> FindAsync(Principal viewer, Guid id, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var approval = await RequestQueries.Visible(db.Approvals, viewer).SingleOrDefaultAsync(a => a.CorrelationId == id && a.Outcome == ApprovalOutcome.Approved, cancel);
        return approval is null || !approval.Concerns(viewer) ? null : (await WithWindowsAsync(db, [approval], cancel))[0];
    }

    /// <summary>The windows that every Ingress may let operations pass on.</summary>
    public async Task<OpenGrants> OpenAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var now = clock.GetUtcNow();
        var open = await db.Grants.AsNoTracking().Where(grant => grant.State == GrantState.Active && grant.ExpiresAt > now).ToListAsync(cancel);
        return new OpenGrants(open.ConvertAll(grant => grant.Facts));
    }

    private static async Task<List<Grant>> WithWindowsAsync(ApprovalDb db, List<ApprovalState> approvals, CancellationToken cancel)
    {
        var ids = approvals.ConvertAll(approval => approval.CorrelationId);
        var windows = await db.Grants.AsNoTracking().Where(grant => ids.Contains(grant.Id)).ToDictionaryAsync(grant => grant.Id, cancel);
        var uses = (await db.GrantUses.AsNoTracking().Where(use => ids.Contains(use.GrantId)).ToListAsync(cancel)).ToLookup(use => use.GrantId);
        return approvals.ConvertAll(approval => new Grant(approval, windows.GetValueOrDefault(approval.CorrelationId), [.. uses[approval.CorrelationId]]));
    }
}
