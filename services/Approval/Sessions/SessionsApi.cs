using Hoop.ServiceDefaults.Identity;

namespace Hoop.Approval.Sessions;

/// <summary><c>/api/sessions</c> on the portal's origin: Audit's answers, passed on as they come.</summary>
internal static class SessionsApi
{
    private const string Id = "{id:regex(^[A-Za-z0-9][A-Za-z0-9_.-]{{0,127}}$)}";

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
    }
}
