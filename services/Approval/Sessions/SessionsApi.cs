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
        var sessions = app.MapGroup("/api/sessions").RequireAuthorization(HoopPolicies.Principal);
        sessions.MapGet("/", (HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, "/api/sessions"));
        sessions.MapGet($"/{Id}", (string id, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/sessions/{id}"));
        sessions.MapGet($"/{Id}/export", (string id, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/sessions/{id}/export"));
        sessions.MapGet($"/{Id}/tail", (string id, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/sessions/{id}/tail"));
        sessions.MapGet($"/{Id}/contents/{{number:long}}", (string id, long number, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/sessions/{id}/contents/{number}"));
        sessions.MapPost($"/{Id}/kill", (string id, HttpContext context, AuditForwarder audit) => audit.PassOnAsync(context, $"/api/sessions/{id}/kill"))
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
    }
}
