using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Hoop.Audit.Admin;
using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hoop.Audit.Sessions;

/// <summary><c>GET /api/sessions/{id}/tail</c>: a session's events as they arrive, as server-sent events, until it ends. Any instance can tell them.</summary>
internal static class TailApi
{
    private const int Page = 500;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250), Beat = TimeSpan.FromSeconds(10);

    public static void MapTail(this WebApplication app) => app.MapGet("/api/sessions/{id}/tail", TailAsync).RequireAuthorization(HoopPolicies.Principal);

    private static async Task<Results<ServerSentEventsResult<TimelineEvent?>, ProblemHttpResult>> TailAsync(
        HttpContext context, string id, SessionQueries queries, SessionRights rights, AdminChain admin, TailTurns turns, TimeProvider clock, long? after, CancellationToken cancel)
    {
        var (caller, last) = (context.GetPrincipal()!, context.Request.Headers["Last-Event-ID"].ToString());
        var from = last.Length == 0 ? after ?? -1 : long.TryParse(last, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var told) ? told : long.MinValue;
        if (SessionsApi.NotASequence(from) is { } wrong)
            return wrong;
        if (await queries.FindAsync(id, cancel) is not { } session || !rights.MayWatch(caller, session))
            return SessionsApi.NotVisible(id);
        if (turns.TryTake(caller.Id) is not { } turn)
            return turns.Refusal();
        context.Response.RegisterForDispose(turn);
        await admin.RecordAsync(AdminChain.SessionWatched, caller, session.Id, session.PrincipalId, cancel);
        var until = context.GetExpiry() ?? DateTimeOffset.MaxValue;
        return TypedResults.ServerSentEvents(FollowAsync(queries, session.Id, from, () => clock.GetUtcNow() < until && rights.MayWatch(caller, session), clock, cancel));
    }

    /// <summary>Looks for what is new: one look at an index, four times a second, for as long as somebody watches and may.</summary>
    /// <param name="mayGoOn">Asked before each event: what was allowed at the beginning may not be any more.</param>
    internal static async IAsyncEnumerable<SseItem<TimelineEvent?>> FollowAsync(
        SessionQueries queries, string id, long after, Func<bool> mayGoOn, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancel)
    {
        var quiet = clock.GetTimestamp();
        while (!cancel.IsCancellationRequested && mayGoOn())
        {
            var found = await queries.EventsAsync(id, after, Page, cancel).ToListAsync(cancel);
            foreach (var e in found)
            {
                // An event whose predecessor has not arrived waits for it: what is told is in order and whole.
                if (e.Sequence != after + 1 && after >= 0)
                    break;
                if (!mayGoOn())
                    yield break;
                after = e.Sequence;
                quiet = clock.GetTimestamp();
                yield return new SseItem<TimelineEvent?>(TimelineEvent.Of(e), e.Kind) { EventId = e.Sequence.ToString(CultureInfo.InvariantCulture) };
                if (e.Kind is EventKinds.SessionEnded or EventKinds.SessionRefused)
                    yield break;
            }

            if (found.Count == Page)
                continue;
            if (clock.GetElapsedTime(quiet) >= Beat)
            {
                quiet = clock.GetTimestamp();
                yield return new SseItem<TimelineEvent?>(null, "ping");
            }

            await Task.Delay(Look, clock, cancel);
        }
    }
}

/// <summary>Each that follows a session asks the database four times a second.</summary>
internal sealed class TailTurns() : Turns("too-many-tails", "followers of live sessions", ofOne: 10, ofAll: 100);
