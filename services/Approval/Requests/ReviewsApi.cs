using Hoop.Approval.Http;
using Hoop.Approval.Reviews;
using Hoop.Contracts.Approvals;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Hoop.Approval.Requests;

/// <summary><c>/api/reviews</c>: emergencies that others look at afterwards.</summary>
internal static class ReviewsApi
{
    private const int MaxBodyBytes = 4 * 1024 * 1024;

    public static void MapReviews(this IEndpointRouteBuilder app)
    {
        var reviews = app.MapGroup("/api/reviews").RequireAuthorization(HoopPolicies.Principal).DisableAntiforgery()
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes)).Described("reviews");
        reviews.MapGet("/", async (HttpContext context, ReviewQueries queries, TimeProvider clock, bool open = false) =>
        {
            var viewer = context.GetPrincipal()!;
            return TypedResults.Ok((await queries.ListAsync(viewer, open, context.RequestAborted)).ConvertAll(review => ReviewView.Of(review, viewer, clock.GetUtcNow())));
        }).WithSummary("Emergencies: your own and, for people, those that you may review.");
        reviews.MapGet("/{id}", async Task<Results<Ok<ReviewView>, ProblemHttpResult>> (string id, HttpContext context, ReviewQueries queries, TimeProvider clock) =>
        {
            var viewer = context.GetPrincipal()!;
            return Guid.TryParse(id, out var requestId) && await queries.FindAsync(viewer, requestId, context.RequestAborted) is { } review
                ? TypedResults.Ok(ReviewView.Of(review, viewer, clock.GetUtcNow())) : Problem(ReviewRules.NotFound.Code, ReviewRules.NotFound.Message);
        }).WithSummary("One emergency and what was found of it.");
        reviews.MapPost("/{id}", ReviewAsync).AuditedByHandler(Voting.Review).WithSummary("Says whether an emergency was justified; the note is needed.");
    }

    private static async Task<Results<Ok<ReviewCounted>, ProblemHttpResult>> ReviewAsync(string id, ReviewBody body, HttpContext context, Voting voting)
    {
        if (!Guid.TryParse(id, out var requestId))
        {
            context.AuditTurnedAway();
            return Problem(ReviewRules.NotFound.Code, ReviewRules.NotFound.Message);
        }
        var counted = await voting.ReviewAsync(requestId, context.GetPrincipal()!, body.Justified, body.Note, context.RequestAborted);
        return counted.Accepted ? TypedResults.Ok(counted) : Problem(counted.Code, counted.Message);
    }

    private static ProblemHttpResult Problem(string code, string detail) => Problems.Of(
        code switch
        {
            "not-found" => StatusCodes.Status404NotFound,
            "reason-needed" or "reason-too-long" => StatusCodes.Status400BadRequest,
            "already-voted" or "already-reviewed" => StatusCodes.Status409Conflict,
            "no-answer" or "not-recorded" => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status403Forbidden,
        },
        code, detail);
}

/// <param name="Justified">Whether the emergency was one.</param>
/// <param name="Note">What was found; needed.</param>
internal sealed record ReviewBody(bool Justified, string? Note);
