using Hoop.Audit.Admin;
using Hoop.Audit.Feed;
using Hoop.Audit.Sessions;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hoop.Audit.Search;

/// <summary><c>GET /api/search</c>: decisions, newest first, in pages. Whoever sees only their own sessions finds only their own statements.</summary>
internal static class SearchApi
{
    private const int MaxPage = 500;

    /// <summary>The recording has the rest.</summary>
    private const int LongestText = 2000;

    public static void AddSearch(this IServiceCollection services) =>
        services.AddSingleton<StatementSearch>().AddHostedService<SearchIndex>().AddHostedService<FeedPruning>();

    public static void MapSearch(this WebApplication app) => app.MapGet("/api/search", SearchAsync).RequireAuthorization(HoopPolicies.Principal);

    private static async Task<Results<Ok<SearchPage>, ProblemHttpResult>> SearchAsync(
        HttpContext context, StatementSearch search, SessionRights rights, AdminChain admin, string? cursor, int? limit, CancellationToken cancel)
    {
        var caller = context.GetPrincipal()!;
        if (SearchQuery.Parse(context.Request.Query, out var query) is { } refusal)
            return refusal;

        var place = SearchCursor.TryParse(cursor);
        if (place is null && !string.IsNullOrEmpty(cursor))
            return Problems.Of(StatusCodes.Status400BadRequest, "not-a-cursor", "The cursor is not one that a search answered; leave it out to begin anew.");
        // The search is on record; that somebody turns its pages is not another one.
        if (place is null)
            await admin.RecordAsync(AdminChain.SessionsSearched, caller, null, null, cancel, query.Describe());
        var tags = query.Tags(rights.SeesAll(caller) ? null : caller);
        return TypedResults.Ok(await search.FindAsync(tags, query.From, query.To, place, Math.Clamp(limit ?? 50, 1, MaxPage), cancel, LongestText));
    }
}
