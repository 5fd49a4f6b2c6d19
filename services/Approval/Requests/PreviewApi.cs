using Hoop.Approval.Saga;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hoop.Approval.Requests;

/// <summary><c>POST /api/requests/{id}/preview</c>: has the Ingress that holds the operation look again. The answer comes with the request, as the first one did.</summary>
internal static class PreviewApi
{
    public static void MapPreview(this IEndpointRouteBuilder requests) => requests.MapPost("/{id}/preview", RefreshAsync).AuditedByHandler(PreviewRefresh.Kind)
        .WithSummary("Has the gateway look again at what would happen; the request shows it.");

    private static async Task<Results<Accepted, ProblemHttpResult>> RefreshAsync(
        string id, HttpContext context, RequestQueries queries, PreviewRefresh refresh)
    {
        var viewer = context.GetPrincipal()!;
        var approval = Guid.TryParse(id, out var requestId) ? await queries.FindAsync(viewer, requestId, context.RequestAborted) : null;
        if (approval is null)
        {
            context.AuditTurnedAway();
            return Problem(StatusCodes.Status404NotFound, VoteRules.NotFound);
        }
        return await refresh.AskAsync(approval, viewer, context.RequestAborted) is { } refusal
            ? Problem(refusal.Code == PreviewRefresh.Unanswered.Code ? StatusCodes.Status503ServiceUnavailable
                : refusal.Code == PreviewRefresh.NotApprover.Code ? StatusCodes.Status403Forbidden : StatusCodes.Status409Conflict, refusal)
            : TypedResults.Accepted($"/api/requests/{requestId}");
    }

    private static ProblemHttpResult Problem(int status, Refusal refusal) =>
        Problems.Of(status, refusal.Code, refusal.Message);
}
