using Hoop.Approval.Http;
using Hoop.Approval.Saga;
using Hoop.Approval.Storage;
using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Notifications;

/// <summary><c>/api/notifications</c>: how receivers do, for whoever may change them (<c>access.editPolicy</c>).</summary>
internal static class NotificationsApi
{
    private const int MaxListed = 200;

    private static readonly Refusal Forbidden = new("forbidden", "Only people with a role in access.editPolicy of hoop.yaml look after receivers.");
    private static readonly Refusal NoReceiver = new("not-found", "hoop.yaml has no receiver of this name. List them with GET /api/notifications.");
    private static readonly Refusal NoDelivery = new("not-found", "There is no such delivery that was given up. List them with GET /api/notifications/deliveries?state=given-up.");

    public static void MapNotifications(this IEndpointRouteBuilder app)
    {
        var notifications = app.MapGroup("/api/notifications").RequireAuthorization(HoopPolicies.Person).DisableAntiforgery().Described("notifications");
        notifications.MapGet("/", ListAsync).WithSummary("The receivers of hoop.yaml, and how they do.");
        notifications.MapGet("/deliveries", DeliveriesAsync).WithSummary("What was to be delivered, newest first: waiting, delivered, given-up or outdated.");
        notifications.MapPost("/{receiver}/test", TestAsync).Audited("notification.test").WithSummary("Sends a test to a receiver.");
        notifications.MapPost("/{receiver}/deliveries/{id}/retry", RetryAsync).Audited("notification.retry").WithSummary("Tries again what was given up.");
    }

    private static async Task<Results<Ok<List<ReceiverView>>, ProblemHttpResult>> ListAsync(HttpContext context, HoopDocuments documents, IDbContextFactory<ApprovalDb> databases, CancellationToken cancel)
    {
        if (!MayLookAfter(context, documents)) return Problem(Forbidden);
        await using var db = await databases.CreateDbContextAsync(cancel);
        var counts = await db.Deliveries.GroupBy(one => new { one.Receiver, one.State })
            .Select(group => new { group.Key.Receiver, group.Key.State, Count = group.Count(), Last = group.Max(one => one.EndedAt) }).ToListAsync(cancel);
        var errors = await db.Deliveries.Where(one => one.LastError != null && one.State != Delivery.Delivered).GroupBy(one => one.Receiver)
            .Select(group => group.OrderByDescending(one => one.CreatedAt).First()).ToDictionaryAsync(one => one.Receiver, one => one.LastError, cancel);
        return TypedResults.Ok(documents.Current!.Notifications.Select(receiver => ReceiverView.Of(
            receiver,
            state => counts.FirstOrDefault(one => one.Receiver == receiver.Name && one.State == state)?.Count ?? 0,
            counts.FirstOrDefault(one => one.Receiver == receiver.Name && one.State == Delivery.Delivered)?.Last,
            errors.GetValueOrDefault(receiver.Name))).ToList());
    }

    private static async Task<Results<Ok<List<DeliveryView>>, ProblemHttpResult>> DeliveriesAsync(
        HttpContext context, HoopDocuments documents, IDbContextFactory<ApprovalDb> databases, CancellationToken cancel, string? receiver = null, string? state = null)
    {
        if (!MayLookAfter(context, documents)) return Problem(Forbidden);
        if (state is not (null or Delivery.Waiting or Delivery.Delivered or Delivery.GivenUp or Delivery.Outdated))
            return Problem(new("unknown-state", "state must be waiting, delivered, given-up or outdated."));
        await using var db = await databases.CreateDbContextAsync(cancel);
        var found = await db.Deliveries.AsNoTracking().Where(one => (receiver == null || one.Receiver == receiver) && (state == null || one.State == state))
            .OrderByDescending(one => one.CreatedAt).Take(MaxListed).ToListAsync(cancel);
        return TypedResults.Ok(found.ConvertAll(DeliveryView.Of));
    }

    private static async Task<Results<Accepted<TestAnswer>, ProblemHttpResult>> TestAsync(
        string receiver, HttpContext context, HoopDocuments documents, DeliveryQueue queue, IConfiguration configuration, TimeProvider clock, CancellationToken cancel)
    {
        if (!MayLookAfter(context, documents)) return Problem(Forbidden);
        var document = documents.Current!;
        if (document.Notifications.All(one => one.Name != receiver)) return Problem(NoReceiver);
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        var notice = new Notice { Event = Notice.Test, At = clock.GetUtcNow(), Link = configuration["Hoop:PortalUrl"]?.TrimEnd('/') ?? "" };
        await queue.AddAsync(id, [(receiver, notice)], document.Version, cancel);
        return TypedResults.Accepted($"/api/notifications/deliveries?receiver={receiver}", new TestAnswer(id, receiver, "A test is on its way; the list of deliveries says how it went."));
    }

    private static async Task<Results<Ok<TestAnswer>, ProblemHttpResult>> RetryAsync(
        string receiver, string id, HttpContext context, HoopDocuments documents, DeliveryQueue queue, CancellationToken cancel)
    {
        if (!MayLookAfter(context, documents)) return Problem(Forbidden);
        return Guid.TryParse(id, out var eventId) && await queue.RetryAsync(eventId, receiver, cancel)
            ? TypedResults.Ok(new TestAnswer(eventId, receiver, "It is tried again; the list of deliveries says how it went."))
            : Problem(NoDelivery);
    }

    private static bool MayLookAfter(HttpContext context, HoopDocuments documents) =>
        context.GetPrincipal() is { Actors.Count: 0 } person && documents.Current is { } document && documents.HasAnyRole(person, document.Access.EditPolicy);

    private static ProblemHttpResult Problem(Refusal refusal) => Problems.Of(
        refusal.Code switch
        {
            "not-found" => StatusCodes.Status404NotFound, "unknown-state" => StatusCodes.Status400BadRequest, _ => StatusCodes.Status403Forbidden,
        },
        refusal.Code, refusal.Message);
}

/// <summary>A receiver as the API tells it: without addresses and references.</summary>
/// <param name="Targets">Null: all.</param>
/// <param name="LastError">Of the newest delivery that did not arrive; null: none.</param>
internal sealed record ReceiverView(
    string Name, string Kind, IReadOnlyList<string> Events, IReadOnlyList<string>? Targets, IReadOnlyList<string> Roles, bool Reasons,
    int Waiting, int Delivered, int GivenUp, DateTimeOffset? LastDeliveredAt, string? LastError)
{
    public static ReceiverView Of(ReceiverDocument receiver, Func<string, int> count, DateTimeOffset? last, string? error) => new(
        receiver.Name, receiver.Kind.ToString().ToLowerInvariant(), receiver.Events, receiver.Targets, receiver.Roles, receiver.Reasons,
        count(Delivery.Waiting), count(Delivery.Delivered), count(Delivery.GivenUp), last, error);
}

/// <param name="Id">The event's: <c>evt_…</c> in a webhook's <c>webhook-id</c>.</param>
/// <param name="State"><c>waiting, delivered, given-up, outdated</c>.</param>
/// <param name="NextAt">When it is tried next; null: not any more.</param>
internal sealed record DeliveryView(
    Guid Id, string Receiver, string Event, Guid? Request, string State, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset? NextAt, DateTimeOffset? EndedAt, string? LastError)
{
    public static DeliveryView Of(Delivery delivery) => new(
        delivery.EventId, delivery.Receiver, delivery.Event, delivery.RequestId, delivery.State, delivery.Attempts, delivery.CreatedAt,
        delivery.State == Delivery.Waiting ? delivery.NextAt : null, delivery.EndedAt, delivery.LastError);
}

/// <param name="Id">The event's, by which its deliveries are found.</param>
internal sealed record TestAnswer(Guid Id, string Receiver, string Message);
