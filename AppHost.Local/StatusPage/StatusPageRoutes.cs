using Hoop.AppHost.Local.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Hoop.AppHost.Local.StatusPage;

static class StatusPageRoutes
{
    /// <summary>Commands need this header: a foreign web page cannot send it without asking first, and we never agree.</summary>
    public const string CommandHeader = "X-Hoop-Local";

    static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    public static void MapStatusPage(this IEndpointRouteBuilder app, Orchestrator orchestrator)
    {
        app.MapGet("/", () => Html(StatusPageHtml.Overview(Views(orchestrator))));
        app.MapGet("/resources/{name}", (string name) => Find(orchestrator, name) is { } runner
            ? Results.Extensions.Html(StatusPageHtml.Resource(ResourceView.Of(runner), runner.Log.Last(200)))
            : Results.NotFound());
        app.MapGet("/api/resources", () => TypedResults.Json(Views(orchestrator)));
        app.MapGet("/api/resources/{name}/log", (string name) => Find(orchestrator, name) is { } runner
            ? Results.Text(string.Join('\n', runner.Log.Last(400)) + "\n")
            : Results.NotFound());
        app.MapPost("/api/resources/{name}/stop", (string name, HttpContext context) => CommandAsync(orchestrator, name, context, r => r.PauseAsync(StopGrace)));
        app.MapPost("/api/resources/{name}/start", (string name, HttpContext context) => CommandAsync(orchestrator, name, context, r =>
        {
            r.Resume();
            return Task.CompletedTask;
        }));
    }

    static async Task<Results<NoContent, NotFound, ForbidHttpResult, StatusCodeHttpResult>> CommandAsync(Orchestrator orchestrator, string name, HttpContext context, Func<ResourceRunner, Task> command)
    {
        if (!context.Request.Headers.ContainsKey(CommandHeader))
            return TypedResults.StatusCode(StatusCodes.Status403Forbidden);
        if (Find(orchestrator, name) is not { } runner)
            return TypedResults.NotFound();
        await command(runner);
        return TypedResults.NoContent();
    }

    static IReadOnlyList<ResourceView> Views(Orchestrator orchestrator) => [.. orchestrator.Runners.Select(ResourceView.Of)];

    static ResourceRunner? Find(Orchestrator orchestrator, string name) => orchestrator.Runners.FirstOrDefault(r => r.Name == name);

    static ContentHttpResult Html(string html) => TypedResults.Content(html, "text/html; charset=utf-8");

    static ContentHttpResult Html(this IResultExtensions _, string html) => Html(html);
}
