using Hoop.ServiceDefaults.Identity;

namespace Hoop.Approval.Sessions;

/// <summary><c>/api/sessions</c> on the portal's origin: Audit's answers, passed on as they come.</summary>
internal static class SessionsApi
{
    private const string Id = "{id:regex(^[A-Za-z0-9][A-Za-z0-9_.-]{{0,127}}$)}";

    private static readonly string[] PassedHeaders = ["Content-Type", "Content-Disposition", "Content-Length", "Cache-Control", "ETag"];

    public static void AddSessions(this IServiceCollection services) => services.AddSingleton<AuditClient>();

    public static void MapSessions(this IEndpointRouteBuilder app)
    {
        var sessions = app.MapGroup("/api/sessions").RequireAuthorization(HoopPolicies.Principal);
        sessions.MapGet("/", (HttpContext context, AuditClient audit) => PassOnAsync(context, audit, "/api/sessions"));
        sessions.MapGet($"/{Id}", (string id, HttpContext context, AuditClient audit) => PassOnAsync(context, audit, $"/api/sessions/{id}"));
        sessions.MapGet($"/{Id}/export", (string id, HttpContext context, AuditClient audit) => PassOnAsync(context, audit, $"/api/sessions/{id}/export"));
    }

    private static async Task PassOnAsync(HttpContext context, AuditClient audit, string path)
    {
        try
        {
            using var answer = await audit.GetAsync(path + context.Request.QueryString, context.GetPrincipal()!, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            foreach (var header in answer.Headers.Concat(answer.Content.Headers).Where(h => PassedHeaders.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
                context.Response.Headers[header.Key] = header.Value.ToArray();
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (HttpRequestException) when (!context.Response.HasStarted)
        {
            await Problems.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "audit-away", "The audit service does not answer. Try again in a moment.");
        }
    }
}
