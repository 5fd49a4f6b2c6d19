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
        sessions.MapGet($"/{Id}/export", (string id, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/sessions/{id}/export"))
            .PassedOn("application/x-ndjson", "A session's evidence.");
        sessions.MapGet($"/{Id}/tail", (string id, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/sessions/{id}/tail"))
            .PassedOn("text/event-stream", "Server-sent events: a running session's.");
        sessions.MapGet($"/{Id}/contents/{{number:long}}", (string id, long number, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/sessions/{id}/contents/{number}"))
            .PassedOn("application/json", "Rows that were recorded.");
        sessions.MapPost($"/{Id}/kill", (string id, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/sessions/{id}/kill"))
<<<<<<< HEAD
            .NotAudited("Passed on to Audit, which records who ended it.");
        app.MapGet("/api/retention", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/retention")).RequireAuthorization(HoopPolicies.Principal);
        app.MapGet("/api/log", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/log")).RequireAuthorization(HoopPolicies.Principal);
        app.MapGet("/api/log/sinks", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/log/sinks")).RequireAuthorization(HoopPolicies.Principal);
        app.MapGet("/api/evidence/check", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/evidence/check", Exporting)).RequireAuthorization(HoopPolicies.Principal);
        var holds = app.MapGroup("/api/holds").RequireAuthorization(HoopPolicies.Principal);
        holds.MapGet("/", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/holds"));
        holds.MapPost("/", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/holds")).NotAudited("Passed on to Audit, which records who placed it.");
        holds.MapPost($"/{Id}/release", (string id, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/holds/{id}/release"))
            .NotAudited("Passed on to Audit, which records who released it.");
        app.MapGet("/api/search", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/search")).RequireAuthorization(HoopPolicies.Principal);
        app.MapGet("/api/export", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/export", Exporting)).RequireAuthorization(HoopPolicies.Principal);
=======
            .NotAudited("Passed on to Audit, which records who ended it.")
            .PassedOn("application/json", "Ends a running session.", body: typeof(KillBody));
        app.MapGet("/api/search", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/search")).RequireAuthorization(HoopPolicies.Principal)
            .Described("sessions").PassedOn("application/json", "Statements that were recorded, newest first.");
        app.MapGet("/api/export", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/export", Exporting)).RequireAuthorization(HoopPolicies.Principal)
            .Described("sessions").PassedOn("application/zip", "The evidence of several sessions.");
>>>>>>> b4117a0 (Tell receivers of requests, grants and emergencies; describe the API and follow requests as they change)
    }
}

/// <param name="Reason">The client is shown it.</param>
internal sealed record KillBody(string Reason);
