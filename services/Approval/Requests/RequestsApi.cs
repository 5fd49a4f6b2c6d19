using Hoop.Approval.Grants;
using Hoop.Approval.Http;
using Hoop.Approval.Reviews;
using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Hoop.Approval.Requests;

/// <summary><c>/api/requests</c>: see and decide requests, for the CLI, other tools and agents that wait for their own.</summary>
internal static class RequestsApi
{
    // A reason that is far too long is still refused as that, and on record.
    private const int MaxBodyBytes = 4 * 1024 * 1024;

    public static void AddRequests(this IServiceCollection services)
    {
        services.AddSingleton<RequestQueries>();
        services.AddSingleton<RequestSearch>();
        services.AddSingleton<ReviewQueries>();
        services.AddSingleton<Voting>();
        services.AddSingleton<Requesting>();
        services.AddSingleton<PreviewRefresh>();
        services.AddSingleton<OnRecord>();
        services.AddSingleton<RequestFeed>();
    }

    public static void MapRequests(this IEndpointRouteBuilder app)
    {
        var requests = app.MapGroup("/api/requests").RequireAuthorization(HoopPolicies.Principal).DisableAntiforgery()
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes)).Described("requests");
        requests.MapGet("/", ListAsync).WithSummary("Your own requests and, for people, those that you may decide: pending, decided or all.");
        requests.MapGet("/{id}", ShowAsync).WithSummary("One request with all its facts.");
        requests.MapPost("/{id}/approve", (string id, VoteBody? body, HttpContext context, Voting voting) => VoteAsync(id, true, body, context, voting)).AuditedByHandler(Voting.Approve)
            .WithSummary("Approves a request, once or, where its rules offer it, for a while.");
        requests.MapPost("/{id}/deny", (string id, VoteBody? body, HttpContext context, Voting voting) => VoteAsync(id, false, body, context, voting)).AuditedByHandler(Voting.Deny)
            .WithSummary("Denies a request; the reason is needed.");
        requests.MapPost("/{id}/withdraw", WithdrawAsync).AuditedByHandler(Requesting.Withdraw).WithSummary("Withdraws a request of your own.");
        requests.MapPost("/{id}/explain", ExplainAsync).AuditedByHandler(Requesting.Explain).WithSummary("Says why a request of your own is needed.");
        requests.MapPreview();
        requests.MapStream();
        app.MapReviews();
    }

    private static async Task<Results<Ok<List<RequestView>>, ProblemHttpResult>> ListAsync(
        HttpContext context, RequestQueries queries, TimeProvider clock, IConfiguration configuration, string state = "all", bool mine = false)
    {
        if (!Enum.TryParse<RequestFilter>(state, ignoreCase: true, out var filter) || !Enum.IsDefined(filter))
            return Problems.Of(StatusCodes.Status400BadRequest, "unknown-state", "state must be pending, decided or all.");
        var viewer = context.GetPrincipal()!;
        var found = await queries.ListAsync(viewer, filter, mine, context.RequestAborted);
        return TypedResults.Ok(found.ConvertAll(approval => RequestView.Of(approval, viewer, clock.GetUtcNow(), PortalUrl(configuration))));
    }

    private static async Task<Results<Ok<RequestView>, ProblemHttpResult>> ShowAsync(
        string id, HttpContext context, RequestQueries queries, TimeProvider clock, IConfiguration configuration)
    {
        var viewer = context.GetPrincipal()!;
        if (!Guid.TryParse(id, out var requestId) || await queries.FindAsync(viewer, requestId, context.RequestAborted) is not { } approval)
            return NotFound();
        return TypedResults.Ok(RequestView.Of(approval, viewer, clock.GetUtcNow(), PortalUrl(configuration)));
    }

    private static async Task<Results<Ok<VoteAnswer>, ProblemHttpResult>> VoteAsync(
        string id, bool approve, VoteBody? body, HttpContext context, Voting voting)
    {
        if (!Guid.TryParse(id, out var requestId)) return TurnedAway(context, VoteRules.NotFound);
        var (grant, problem) = body?.Grant?.Read() ?? default;
        if (problem is not null) return TurnedAway(context, problem);
        var counted = await voting.CastAsync(
            requestId, context.GetPrincipal()!, approve, body?.Reason, context.RequestAborted, new VoteTerms(body?.MaxRows, grant), body?.Proof);
        return counted.Accepted
            ? TypedResults.Ok(new VoteAnswer(counted.RequestId, counted.Code, counted.Message, counted.State))
            : Problems.Of(StatusOf(counted.Code), counted.Code, counted.Message);
    }

    private static async Task<Results<Ok<RequesterView>, ProblemHttpResult>> WithdrawAsync(string id, WordsBody? body, HttpContext context, Requesting requesting) =>
        Guid.TryParse(id, out var requestId)
            ? Answer(await requesting.WithdrawAsync(requestId, context.GetPrincipal()!, body?.Reason, context.RequestAborted))
            : TurnedAway(context, VoteRules.NotFound);

    private static async Task<Results<Ok<RequesterView>, ProblemHttpResult>> ExplainAsync(string id, WordsBody? body, HttpContext context, Requesting requesting) =>
        Guid.TryParse(id, out var requestId)
            ? Answer(await requesting.ExplainAsync(requestId, context.GetPrincipal()!, body?.Reason ?? "", context.RequestAborted))
            : TurnedAway(context, VoteRules.NotFound);

    private static Results<Ok<RequesterView>, ProblemHttpResult> Answer(RequesterAnswer answer) => answer.Accepted
        ? TypedResults.Ok(new RequesterView(answer.RequestId, answer.Code, answer.Message, answer.State))
        : Problems.Of(StatusOf(answer.Code), answer.Code, answer.Message);

    private static ProblemHttpResult TurnedAway(HttpContext context, Refusal refusal)
    {
        context.AuditTurnedAway();
        return Problems.Of(StatusOf(refusal.Code), refusal.Code, refusal.Message);
    }

    private static int StatusOf(string code) => code switch
    {
        "not-found" => StatusCodes.Status404NotFound,
        "reason-needed" or "reason-too-long" or "bad-row-limit" or "bad-grant" or "bad-bounds" => StatusCodes.Status400BadRequest,
        "already-decided" or "already-voted" or "not-needed" or "expired" or "too-many" => StatusCodes.Status409Conflict,
        "no-answer" or "not-recorded" => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status403Forbidden,
    };

    private static ProblemHttpResult NotFound() =>
        Problems.Of(StatusCodes.Status404NotFound, VoteRules.NotFound.Code, VoteRules.NotFound.Message);

    private static string PortalUrl(IConfiguration configuration) => configuration["Hoop:PortalUrl"]?.TrimEnd('/') ?? "";
}

/// <param name="MaxRows">Approve up to so many rows.</param>
/// <param name="Grant">Approve for a window, when the rules offer one.</param>
/// <param name="Proof">Of a passkey, when the rules want one.</param>
internal sealed record VoteBody(string? Reason, long? MaxRows = null, GrantBody? Grant = null, string? Proof = null);

internal sealed record VoteAnswer(Guid Id, string Code, string Message, string State);

/// <param name="Reason">The requester's words: why it is withdrawn, or why it is needed.</param>
internal sealed record WordsBody(string? Reason);

internal sealed record RequesterView(Guid Id, string Code, string Message, string State);
