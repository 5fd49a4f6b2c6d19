using Hoop.Approval.Requirements;
using Hoop.Approval.Saga;
using Hoop.Approval.Storage;
using Hoop.Contracts.Identity;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Requests;

/// <summary>The portal's lists.</summary>
internal enum InboxView
{
    /// <summary>Waits for the viewer's decision, the most urgent first.</summary>
    Mine,
    /// <summary>Every request the viewer may see, newest first.</summary>
    All,
    Decided,
    /// <summary>Those the viewer asked for.</summary>
    Own,
}

/// <summary>Where a page of a list ended; the next begins after it.</summary>
internal sealed record RequestCursor(DateTimeOffset RequestedAt, Guid Id);

/// <param name="Next">Null: there are no more.</param>
internal sealed record RequestsFound(IReadOnlyList<ApprovalState> Requests, RequestCursor? Next)
{
    public static RequestsFound Nothing { get; } = new([], null);
}

/// <summary>Finds requests among those that the viewer may see.</summary>
internal sealed class RequestSearch(IDbContextFactory<ApprovalDb> databases, TimeProvider clock)
{
    public const int PageSize = 100;
    public const int HistorySize = 50;
    private const int MaxPending = 300;
    private const int MaxWords = 8;

    /// <param name="text">Words that must all occur, in any case: in the statement, the names, the objects or the id.</param>
    public async Task<RequestsFound> FindAsync(Principal viewer, InboxView view, string? text, RequestCursor? after, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var seen = RequestQueries.Visible(Matching(db, text), viewer);
        if (view == InboxView.Mine) return new RequestsFound(await ToDecideAsync(seen, viewer, cancel), null);
        if (view == InboxView.Own) seen = seen.Where(a => a.RequesterId == viewer.Id);
        if (view == InboxView.Decided) seen = seen.Where(a => a.CurrentState != nameof(ApprovalMachine.Pending));
        if (after is { } last)
            seen = seen.Where(a => a.RequestedAt < last.RequestedAt || (a.RequestedAt == last.RequestedAt && a.CorrelationId.CompareTo(last.Id) < 0));
        var page = await seen.OrderByDescending(a => a.RequestedAt).ThenByDescending(a => a.CorrelationId).Take(PageSize + 1).ToListAsync(cancel);
        var next = page.Count > PageSize ? new RequestCursor(page[PageSize - 1].RequestedAt, page[PageSize - 1].CorrelationId) : null;
        return new RequestsFound(Exactly(page.Take(PageSize), viewer), next);
    }

    /// <summary>How many requests wait for this person.</summary>
    public async Task<int> CountToDecideAsync(Principal viewer, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return (await ToDecideAsync(RequestQueries.Visible(db.Approvals, viewer), viewer, cancel)).Count;
    }

    /// <summary>Earlier and later requests of the same principal.</summary>
    public async Task<IReadOnlyList<ApprovalState>> OfRequesterAsync(Principal viewer, ApprovalState approval, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return await HistoryAsync(RequestQueries.Visible(db.Approvals, viewer).Where(a => a.RequesterId == approval.RequesterId), viewer, approval, cancel);
    }

    /// <summary>Requests for the same statement, whatever its values, on the same target.</summary>
    public async Task<IReadOnlyList<ApprovalState>> OfFingerprintAsync(Principal viewer, ApprovalState approval, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var (fingerprint, target) = (approval.Request.Fingerprint, approval.Request.Target);
        var same = db.Approvals.FromSql($"SELECT * FROM approvals WHERE request ->> 'fingerprint' = {fingerprint} AND request ->> 'target' = {target}");
        return await HistoryAsync(RequestQueries.Visible(same, viewer), viewer, approval, cancel);
    }

    private static async Task<IReadOnlyList<ApprovalState>> HistoryAsync(IQueryable<ApprovalState> seen, Principal viewer, ApprovalState approval, CancellationToken cancel) =>
        Exactly(await seen.Where(a => a.CorrelationId != approval.CorrelationId).OrderByDescending(a => a.RequestedAt).Take(HistorySize).ToListAsync(cancel), viewer);

    /// <summary>The database's search is wider than what concerns somebody.</summary>
    private static IReadOnlyList<ApprovalState> Exactly(IEnumerable<ApprovalState> found, Principal viewer) => [.. found.Where(approval => approval.Concerns(viewer))];

    private async Task<List<ApprovalState>> ToDecideAsync(IQueryable<ApprovalState> seen, Principal viewer, CancellationToken cancel)
    {
        var pending = await seen.Where(a => a.CurrentState == nameof(ApprovalMachine.Pending) && a.RequesterId != viewer.Id)
            .OrderBy(a => a.ExpiresAt).Take(MaxPending).ToListAsync(cancel);
        return pending.FindAll(a => VoteRules.RefuseVoter(a, viewer, clock.GetUtcNow()) is null);
    }

    private static IQueryable<ApprovalState> Matching(ApprovalDb db, string? text)
    {
        var words = (text ?? "").Replace('\0', ' ').Split((char[]?)null, MaxWords, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length == 0) return db.Approvals;
        var patterns = words.Select(word => $"%{word.Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_")}%").ToArray();
        return db.Approvals.FromSql(
            $"""
            SELECT * FROM approvals
            WHERE concat_ws(' ', id, state, request ->> 'statement', request ->> 'target', request ->> 'objects', request ->> 'verbs', request -> 'requester' ->> 'name')
                  ILIKE ALL ({patterns})
            """);
    }
}
