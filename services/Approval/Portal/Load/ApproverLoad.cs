using Hoop.Approval.Storage;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Documents;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Portal.Load;

/// <summary>How people decide: for leads, who look for approvers that drown or wave everything through.</summary>
internal sealed class ApproverLoad(IDbContextFactory<ApprovalDb> databases, HoopDocuments documents, TimeProvider clock)
{
    /// <summary>An approval faster than this was hardly read.</summary>
    public static readonly TimeSpan Hasty = TimeSpan.FromSeconds(5);
    private const int MaxOpen = 20;

    /// <summary>Whoever may look at everybody's sessions.</summary>
    public bool MaySee(Principal viewer) =>
        viewer is { Kind: "human", Actors.Count: 0 } && documents.Current is { } document && documents.HasAnyRole(viewer, document.Access.ViewSessions);

    public async Task<LoadFigures> MeasureAsync(TimeSpan period, CancellationToken cancel)
    {
        var (now, since) = (clock.GetUtcNow(), clock.GetUtcNow() - period);
        await using var db = await databases.CreateDbContextAsync(cancel);
        var approvers = await db.Database.SqlQuery<ApproverFigures>(
            $"""
            SELECT d.actor_id AS "Id", max(d.actor_name) AS "Name", count(*) AS "Decisions", count(*) FILTER (WHERE d.code = 'approve') AS "Approved",
                   count(*) FILTER (WHERE d.code = 'approve' AND d.at - a.requested_at < {Hasty}) AS "Hasty",
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM d.at - a.requested_at)) AS "MedianSeconds", max(d.at) AS "LastAt"
            FROM decisions d JOIN approvals a ON a.id = d.request_id
            WHERE d.kind = 'vote' AND d.at >= {since}
            GROUP BY d.actor_id ORDER BY count(*) DESC, max(d.actor_name)
            """).ToListAsync(cancel);
        var outcomes = await db.Database.SqlQuery<OutcomeFigures>(
            $"""
            SELECT count(*) AS "Requests", count(*) FILTER (WHERE outcome = 'Approved') AS "Approved", count(*) FILTER (WHERE outcome = 'Denied') AS "Denied",
                   count(*) FILTER (WHERE outcome = 'Expired') AS "Expired", count(*) FILTER (WHERE outcome = 'Withdrawn') AS "Withdrawn",
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM resolved_at - requested_at)) FILTER (WHERE outcome IN ('Approved', 'Denied')) AS "MedianSeconds"
            FROM approvals WHERE requested_at >= {since}
            """).ToListAsync(cancel);
        var open = await db.Database.SqlQuery<OpenRequest>(
            $"""
            SELECT id AS "Id", request -> 'requester' ->> 'name' AS "Requester", request ->> 'target' AS "Target", request -> 'verbs' ->> 0 AS "Verb",
                   requested_at AS "RequestedAt", expires_at AS "ExpiresAt"
            FROM approvals WHERE state = 'Pending' AND expires_at > {now} ORDER BY requested_at LIMIT {MaxOpen}
            """).ToListAsync(cancel);
        return new LoadFigures(approvers, outcomes.Single(), open);
    }
}
