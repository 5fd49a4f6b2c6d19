using Hoop.Audit.Integrity;
using Hoop.Audit.Sessions;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hoop.Audit.Retention;

/// <summary><c>/api/holds</c>: legal holds. Placing and releasing take a role in <c>access.holdSessions</c>.</summary>
internal static class HoldsApi
{
    private const int LongestReason = 500;
    private const int LongestValue = 300;
    private static readonly string[] Scopes = ["session", "principal", "target", "all"];

    public static void AddRetention(this IServiceCollection services)
    {
        services.AddSingleton<ReleaseProofs>().AddSingleton<HoldTable>().AddSingleton<PartitionDrop>();
        services.AddHostedService<RetentionKeeper>();
        services.AddHealthChecks().AddCheck<RetentionHealth>("retention");
    }

    public static void MapHolds(this WebApplication app)
    {
        var holds = app.MapGroup("/api/holds").RequireAuthorization(HoopPolicies.Principal);
        holds.MapGet("/", ListAsync);
        holds.MapPost("/", PlaceAsync).Audited(HoldEvents.Placed);
        holds.MapPost("/{id}/release", ReleaseAsync).Audited(HoldEvents.Released);
    }

    private static async Task<Results<Ok<List<LegalHold>>, ProblemHttpResult>> ListAsync(HttpContext context, HoldTable holds, SessionRights rights, bool? released, CancellationToken cancel)
    {
        var caller = context.GetPrincipal()!;
        return rights.MayHold(caller) || rights.SeesAll(caller)
            ? TypedResults.Ok(await holds.ListAsync(released ?? false, cancel))
            : Problems.Of(StatusCodes.Status403Forbidden, "may-not-list-holds", "Legal holds are shown to roles in access.holdSessions or access.viewSessions of hoop.yaml.");
    }

    private static async Task<Results<Ok<LegalHold>, ProblemHttpResult>> PlaceAsync(
        HttpContext context, PlaceHold? asked, HoldTable holds, SessionRights rights, SessionQueries sessions, CancellationToken cancel)
    {
        var (scope, value, reason) = (asked?.Scope ?? "", Clean(asked?.Value), Clean(asked?.Reason));
        context.AuditDetail("scope", scope.Length > 20 ? scope[..20] : scope);
        context.AuditDetail("value", value.Length > LongestValue ? value[..LongestValue] : value);
        context.AuditDetail("reason", reason.Length > LongestReason ? reason[..LongestReason] : reason);
        if (!rights.MayHold(context.GetPrincipal()!))
            return MayNot();
        if (!Scopes.Contains(scope))
            return Problems.Of(StatusCodes.Status400BadRequest, "no-such-scope", $"\"scope\" says what is held: {string.Join(", ", Scopes)}.");
        if (scope == "all" ? value.Length > 0 : value.Length is 0 or > LongestValue)
            return Problems.Of(StatusCodes.Status400BadRequest, "value-needed", "\"value\" names the session, principal or target that is held (1 to 300 characters); a hold on all has none.");
        if (reason.Length is 0 or > LongestReason)
            return ReasonNeeded();
        if (scope == "session" && await sessions.FindAsync(value, cancel) is null)
            return Problems.Of(StatusCodes.Status404NotFound, "no-such-session", $"There is no session '{value}' on record, so nothing would be held: look at GET /api/sessions.");
        var hold = await holds.PlaceAsync(scope, value, reason, context.GetPrincipal()!.Id, cancel);
        context.AuditDetail("hold", hold.Id);
        return TypedResults.Ok(hold);
    }

    private static async Task<Results<Ok<LegalHold>, ProblemHttpResult>> ReleaseAsync(
        HttpContext context, string id, ReleaseHold? asked, HoldTable holds, SessionRights rights, CancellationToken cancel)
    {
        var reason = Clean(asked?.Reason);
        context.AuditDetail("reason", reason.Length > LongestReason ? reason[..LongestReason] : reason);
        if (!rights.MayHold(context.GetPrincipal()!))
            return MayNot();
        if (reason.Length is 0 or > LongestReason)
            return ReasonNeeded();
        return !id.Contains('\0') && await holds.ReleaseAsync(id, reason, context.GetPrincipal()!.Id, cancel) is { } released
            ? TypedResults.Ok(released)
            : Problems.Of(StatusCodes.Status404NotFound, "no-such-hold", "There is no such legal hold, or it was released already: see GET /api/holds?released=true.");
    }

    private static ProblemHttpResult MayNot() =>
        Problems.Of(StatusCodes.Status403Forbidden, "may-not-hold", "Placing and releasing legal holds takes a role in access.holdSessions of hoop.yaml.");

    private static ProblemHttpResult ReasonNeeded() =>
        Problems.Of(StatusCodes.Status400BadRequest, "reason-needed", $"Say why: \"reason\" takes 1 to {LongestReason} characters, and it is kept.");

    private static string Clean(string? text) => string.Concat((text ?? "").Trim().Select(c => char.IsControl(c) ? ' ' : c));
}

/// <param name="Value">None for <c>all</c>.</param>
internal sealed record PlaceHold(string? Scope, string? Value, string? Reason);

internal sealed record ReleaseHold(string? Reason);
