using Hoop.Audit.Admin;
using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using MassTransit;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hoop.Audit.Sessions;

/// <summary><c>POST /api/sessions/{id}/kill</c>: ends a running session, on whichever Ingress holds it.</summary>
internal static class KillApi
{
    private const int LongestReason = 500;

    public static void MapKill(this WebApplication app) => app.MapPost("/api/sessions/{id}/kill", KillAsync)
        .RequireAuthorization(HoopPolicies.Principal).AuditedByHandler(AdminChain.SessionKilled);

    private static async Task<Results<Ok<KillAnswer>, ProblemHttpResult>> KillAsync(
        HttpContext context, string id, KillRequest? request, SessionQueries queries, SessionRights rights, AdminChain admin, IBus bus, TimeProvider clock, CancellationToken cancel)
    {
        var caller = context.GetPrincipal()!;
        if (await queries.FindAsync(id, cancel) is not { } session || !rights.MayView(caller, session) && !rights.MayKill(caller, session))
            return SessionsApi.NotVisible(id);
        if (!rights.MayKill(caller, session))
        {
            await admin.RecordAsync(AdminChain.SessionKilled, caller, session.Id, session.PrincipalId, cancel, new Dictionary<string, string> { ["outcome"] = AdminOutcomes.Refused });
            return Problems.Of(StatusCodes.Status403Forbidden, "may-not-kill", "Ending somebody else's session takes a role in access.killSessions of hoop.yaml.");
        }

        var reason = string.Concat((request?.Reason ?? "").Trim().Select(c => char.IsControl(c) ? ' ' : c));
        if (reason.Length is 0 or > LongestReason)
            return Problems.Of(StatusCodes.Status400BadRequest, "reason-needed", $"Say why: \"reason\" takes 1 to {LongestReason} characters, and the client is shown it.");
        if (session.EndedAt is not null)
            return Ended(session);

        await admin.RecordAsync(AdminChain.SessionKilled, caller, session.Id, session.PrincipalId, cancel, new Dictionary<string, string> { ["reason"] = reason });
        try
        {
            var answer = await bus.Request<KillSession, SessionKilled>(new KillSession(session.Id, caller.Name, caller.Id, reason, clock.GetUtcNow()), cancel, RequestTimeout.After(s: 10));
            return TypedResults.Ok(new KillAnswer(session.Id, answer.Message.IngressId, $"Session {session.Id} was ended."));
        }
        catch (RequestTimeoutException)
        {
            return await queries.FindAsync(id, cancel) is { EndedAt: not null } ended
                ? Ended(ended)
                : Problems.Of(StatusCodes.Status504GatewayTimeout, "nobody-holds-it", "No Ingress says that it holds this session: it has just ended, or its Ingress is down. Look at its record again in a moment.");
        }
    }

    private static ProblemHttpResult Ended(SessionSummary session) =>
        Problems.Of(StatusCodes.Status409Conflict, "already-ended", $"The session has ended already: {session.Cause ?? "its end is recorded"}.");
}

/// <param name="Reason">Shown to the client, and kept.</param>
internal sealed record KillRequest(string? Reason);

internal sealed record KillAnswer(string Id, string Ingress, string Message);
