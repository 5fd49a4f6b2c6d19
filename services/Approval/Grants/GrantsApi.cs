using Hoop.Approval.Http;
using Hoop.Approval.Saga;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Hoop.Approval.Grants;

/// <summary><c>/api/grants</c>: see and revoke what approvals left; <c>/internal/grants</c>: what every Ingress works by.</summary>
internal static class GrantsApi
{
    // A reason that is far too long is still refused as that, and on record.
    private const int MaxBodyBytes = 4 * 1024 * 1024;

    public static void AddGrants(this IServiceCollection services)
    {
        services.AddSingleton<GrantQueries>();
        services.AddSingleton<Revoking>();
        services.AddHostedService<GrantEnder>();
    }

    public static void MapGrants(this IEndpointRouteBuilder app)
    {
        app.MapGet("/internal/grants", (GrantQueries queries, CancellationToken cancel) => queries.OpenAsync(cancel)).RequireAuthorization(HoopPolicies.Internal);
        var grants = app.MapGroup("/api/grants").RequireAuthorization(HoopPolicies.Principal).DisableAntiforgery()
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes)).Described("grants");
        grants.MapGet("/", ListAsync).WithSummary("Your own grants and, for people, those that you may revoke: active, ended or all.");
        grants.MapGet("/{id}", ShowAsync).WithSummary("One grant; its id is its request's.");
        grants.MapPost("/{id}/revoke", RevokeAsync).AuditedByHandler(Revoking.Kind).WithSummary("Takes a grant back; what runs on it is cancelled.");
    }

    private static async Task<Results<Ok<List<GrantView>>, ProblemHttpResult>> ListAsync(
        HttpContext context, GrantQueries queries, TimeProvider clock, IConfiguration configuration, string state = "active", bool mine = false)
    {
        if (!Enum.TryParse<GrantFilter>(state, ignoreCase: true, out var filter) || !Enum.IsDefined(filter))
            return Problem(new("unknown-state", "state must be active, ended or all."));
        var viewer = context.GetPrincipal()!;
        var found = await queries.ListAsync(viewer, filter, mine, context.RequestAborted);
        return TypedResults.Ok(found.ConvertAll(grant => grant.View(viewer, clock.GetUtcNow(), PortalUrl(configuration))));
    }

    private static async Task<Results<Ok<GrantView>, ProblemHttpResult>> ShowAsync(
        string id, HttpContext context, GrantQueries queries, TimeProvider clock, IConfiguration configuration)
    {
        var viewer = context.GetPrincipal()!;
        if (!Guid.TryParse(id, out var grantId) || await queries.FindAsync(viewer, grantId, context.RequestAborted) is not { } grant)
            return Problem(Revoking.NotFound);
        return TypedResults.Ok(grant.View(viewer, clock.GetUtcNow(), PortalUrl(configuration)));
    }

    private static async Task<Results<Ok<RevokeAnswer>, ProblemHttpResult>> RevokeAsync(string id, RevokeBody? body, HttpContext context, Revoking revoking)
    {
        if (!Guid.TryParse(id, out var grantId))
        {
            context.AuditTurnedAway();
            return Problem(Revoking.NotFound);
        }
        return await revoking.RevokeAsync(grantId, context.GetPrincipal()!, body?.Reason, context.RequestAborted) is { } refusal
            ? Problem(refusal)
            : TypedResults.Ok(new RevokeAnswer(grantId, GrantState.Revoked, "Revoked. What runs on it is being cancelled.", GrantState.Revoked));
    }

    private static ProblemHttpResult Problem(Refusal refusal) =>
        Problems.Of(StatusOf(refusal.Code), refusal.Code, refusal.Message);

    private static int StatusOf(string code) => code switch
    {
        "not-found" => StatusCodes.Status404NotFound,
        "unknown-state" or "reason-needed" or "reason-too-long" => StatusCodes.Status400BadRequest,
        "already-ended" => StatusCodes.Status409Conflict,
        "not-recorded" => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status403Forbidden,
    };

    private static string PortalUrl(IConfiguration configuration) => configuration["Hoop:PortalUrl"]?.TrimEnd('/') ?? "";
}

internal sealed record RevokeBody(string? Reason);

internal sealed record RevokeAnswer(Guid Id, string Code, string Message, string State);
