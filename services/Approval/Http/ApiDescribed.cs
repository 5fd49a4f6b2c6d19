using System.Text.Json;

namespace Hoop.Approval.Http;

/// <summary>What routes say of themselves for <c>/openapi/v1.json</c>, beyond their types.</summary>
internal static class ApiDescribed
{
    private static readonly int[] Refusals =
    [
        StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict,
        StatusCodes.Status413PayloadTooLarge, StatusCodes.Status503ServiceUnavailable,
    ];

    /// <summary>Under this heading, and with the refusals that any route of the API may answer.</summary>
    public static TBuilder Described<TBuilder>(this TBuilder routes, string tag) where TBuilder : IEndpointConventionBuilder
    {
        routes.WithTags(tag);
        foreach (var status in Refusals) routes.ProducesProblem(status);
        return routes;
    }

    /// <summary>Another service's answer, as it comes.</summary>
    public static RouteHandlerBuilder PassedOn(this RouteHandlerBuilder route, string contentType, string summary, Type? body = null)
    {
        if (body is not null) route.WithMetadata(new BodyOf(body));
        return route.WithSummary(summary).Produces(StatusCodes.Status200OK, contentType == "application/json" ? typeof(JsonElement) : typeof(Stream), contentType);
    }
}

/// <summary>The body of a request that is passed on unread.</summary>
internal sealed record BodyOf(Type Type);
