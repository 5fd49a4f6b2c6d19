using Hoop.Approval.Http;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Identity;

namespace Hoop.Approval.Sessions;

/// <summary><c>/api/sessions</c> on the portal's origin: Audit's answers, passed on as they come.</summary>
internal static class SessionsApi
{
    private const string Id = "{id:regex(^[A-Za-z0-9][A-Za-z0-9_.-]{{0,127}}$)}";

    /// <summary>An export is made whole before its first byte is sent.</summary>
    private static readonly TimeSpan Exporting = TimeSpan.FromMinutes(10);

    public static void AddSessions(this IServiceCollection services)
    {
        services.AddSingleton<AuditClient>();
        services.AddHttpForwarder();
        services.AddSingleton<AuditForwarder>();
    }

    public static void MapSessions(this IEndpointRouteBuilder app)
    {
        var sessions = app.MapGroup("/api/sessions").RequireAuthorization(HoopPolicies.Principal).Described("sessions");
        sessions.MapGet("/", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/sessions"))
            .PassedOn("application/json", "Sessions, as far as Audit lets you see them.");
        sessions.MapGet($"/{Id}", (string id, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/sessions/{id}"))
            .PassedOn("application/json", "One session with its events, in pages. That you look is recorded.");
        sessions.MapGet($"/{Id}/export", (string id, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/sessions/{id}/export", Exporting))
            .PassedOn("application/x-ndjson", "A session's evidence.");
        sessions.MapGet($"/{Id}/tail", (string id, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/sessions/{id}/tail"))
            .PassedOn("text/event-stream", "Server-sent events: a running session's.");
        sessions.MapGet($"/{Id}/contents/{{number:long}}", (string id, long number, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/sessions/{id}/contents/{number}"))
            .PassedOn("application/json", "Rows that were recorded.");
        sessions.MapPost($"/{Id}/kill", (string id, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/sessions/{id}/kill"))
            .NotAudited("Passed on to Audit, which records who ended it.").PassedOn("application/json", "Ends a running session.", body: typeof(ReasonBody));
        var record = app.MapGroup("/api").RequireAuthorization(HoopPolicies.Principal).Described("record");
        record.MapGet("/search", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/search"))
            .PassedOn("application/json", "Statements that were recorded, newest first.");
        record.MapGet("/export", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/export", Exporting))
            .PassedOn("application/zip", "The evidence of several sessions.");
        record.MapGet("/retention", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/retention"))
            .PassedOn("application/json", "How long the record is kept, and what was dropped.");
        record.MapGet("/log", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/log"))
            .PassedOn("application/json", "The newest signed head of the log over all sessions.");
        record.MapGet("/log/sinks", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/log/sinks"))
            .PassedOn("application/json", "Where the log goes, and how far each has it.");
        record.MapGet("/evidence/check", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/evidence/check", Exporting))
            .PassedOn("application/x-ndjson", "How far a check of everything stored is, line by line, then what it found.");
        record.MapGet("/holds", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/holds"))
            .PassedOn("application/json", "Legal holds.");
        record.MapPost("/holds", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/holds"))
            .NotAudited("Passed on to Audit, which records who placed it.").PassedOn("application/json", "Places a legal hold.", body: typeof(HoldBody));
        record.MapPost($"/holds/{Id}/release", (string id, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/holds/{id}/release"))
            .NotAudited("Passed on to Audit, which records who released it.").PassedOn("application/json", "Releases a legal hold.", body: typeof(ReasonBody));
    }
}

/// <param name="Scope"><c>session</c>, <c>principal</c>, <c>target</c> or <c>all</c>.</param>
/// <param name="Value">The session's id, the principal's name or id, the target's name; none for <c>all</c>.</param>
/// <param name="Reason">Kept on record.</param>
internal sealed record HoldBody(string Scope, string? Value, string Reason);

/// <param name="Reason">Kept on record.</param>
internal sealed record ReasonBody(string Reason);
