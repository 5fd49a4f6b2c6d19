using System.Text.Json;
using Hoop.Audit.Admin;
using Hoop.Audit.Chain.Log;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hoop.Audit.Sessions;

/// <summary><c>GET /api/sessions</c>: the list. <c>GET /api/sessions/{id}</c>: one session's timeline.</summary>
internal static class SessionsApi
{
    private const int MaxSessions = 500;
    private const int MaxEvents = 5000;

    public static void AddSessions(this IServiceCollection services) =>
        services.AddSingleton<SessionQueries>().AddSingleton<SessionRights>().AddSingleton<RecentViews>().AddSingleton<SessionViews>().AddSingleton<AdminChain>().AddSingleton<TailTurns>();

    public static void MapSessions(this WebApplication app)
    {
        var sessions = app.MapGroup("/api/sessions").RequireAuthorization(HoopPolicies.Principal);
        sessions.MapGet("/", ListAsync);
        sessions.MapGet("/{id}", ShowAsync);
        app.MapTail();
        app.MapKill();
    }

    /// <summary>404, whether it does not exist or may not be seen: the difference is nobody's business.</summary>
    public static ProblemHttpResult NotVisible(string id) => Problems.Of(
        StatusCodes.Status404NotFound, "no-such-session",
        $"There is no session '{id}' that you may see. Your own are listed by GET /api/sessions; others' need a role in access.viewSessions.");

    /// <summary>410: it was there, and the log says why it is not. For those who would have seen it, whosever it was.</summary>
    private static ProblemHttpResult Dropped(string id, (long Index, LogEntry Entry) tombstone) => TypedResults.Problem(
        $"Session '{id}' was dropped up to event {tombstone.Entry.Sequence} ({tombstone.Entry.Reason}): entry {tombstone.Index} of the signed log is its tombstone.",
        statusCode: StatusCodes.Status410Gone, extensions: new Dictionary<string, object?> { ["code"] = "dropped", ["tombstone"] = tombstone.Index });

    /// <summary>Null when it may be asked for what comes after it.</summary>
    /// <param name="after">-1: everything.</param>
    public static ProblemHttpResult? NotASequence(long after) => after is >= -1 and <= EventChunk.LastSequence ? null : Problems.Of(
        StatusCodes.Status400BadRequest, "not-a-sequence", "What is asked for comes after the number of an event (after=, Last-Event-ID): write one that an answer had, or leave it out to begin with the first.");

    private static async Task<Ok<List<SessionSummary>>> ListAsync(
        HttpContext context, SessionQueries queries, SessionRights rights, string? principal, string? target, int? limit, CancellationToken cancel)
    {
        var caller = context.GetPrincipal()!;
        var owner = rights.SeesAll(caller) ? null : caller.Id;
        return TypedResults.Ok(await queries.ListAsync(principal, target, owner, Math.Clamp(limit ?? 50, 1, MaxSessions), cancel));
    }

    private static async Task<Results<Ok<Timeline>, ProblemHttpResult>> ShowAsync(
        HttpContext context, string id, SessionQueries queries, SessionRights rights, SessionViews views, long? after, int? limit, CancellationToken cancel)
    {
        var caller = context.GetPrincipal()!;
        if (NotASequence(after ?? -1) is { } wrong)
            return wrong;
        if (await queries.FindAsync(id, cancel) is not { } session || !rights.MayView(caller, session))
            return rights.SeesAll(caller) && await queries.TombstoneAsync(id, cancel) is { } tombstone ? Dropped(id, tombstone) : NotVisible(id);
        await views.RecordAsync(caller, session, cancel);

        var wanted = Math.Clamp(limit ?? 1000, 1, MaxEvents);
        var events = await queries.EventsAsync(id, after ?? -1, wanted + 1, cancel)
            .Select(TimelineEvent.Of)
            .ToListAsync(cancel);
        return TypedResults.Ok(new Timeline(session, [.. events.Take(wanted)], events.Count > wanted));
    }
}

/// <param name="More">True: there are later events; ask again with <c>after</c> = the last sequence.</param>
internal sealed record Timeline(SessionSummary Session, IReadOnlyList<TimelineEvent> Events, bool More);

/// <param name="Payload">The event's JSON object; its fields are listed in docs/audit.md.</param>
internal sealed record TimelineEvent(long Sequence, DateTimeOffset At, string Kind, JsonElement Payload, string Hash)
{
    public static TimelineEvent Of(JournalEvent e) => new(e.Sequence, e.At, e.Kind, JsonSerializer.Deserialize<JsonElement>(e.Payload), e.Hash);
}
