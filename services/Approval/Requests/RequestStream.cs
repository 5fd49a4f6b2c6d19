using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Hoop.Approval.Notifications;
using Hoop.Approval.Saga;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hoop.Approval.Requests;

/// <summary><c>GET /api/requests/stream</c>: requests as they open and change, as server-sent events. Any instance can tell them.</summary>
internal static class RequestStream
{
    public static void MapStream(this IEndpointRouteBuilder requests) => requests.MapGet("/stream", Follow)
        .WithSummary("Server-sent events: requests as they open and change. Taken up again with Last-Event-ID.");

    private static Results<ServerSentEventsResult<RequestView?>, ProblemHttpResult> Follow(HttpContext context, RequestFeed feed)
    {
        if (!feed.TryEnter())
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "too-many", "Too many follow requests here already. Try again later, or ask for the list.");
        context.Response.OnCompleted(() =>
        {
            feed.Leave();
            return Task.CompletedTask;
        });
        // Milliseconds since 1970, as the events before had them.
        DateTimeOffset? since = long.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last < 253402300799999
            ? DateTimeOffset.FromUnixTimeMilliseconds(last) : null;
        return TypedResults.ServerSentEvents(feed.FollowAsync(context.GetPrincipal()!, since, context.RequestAborted));
    }
}

/// <summary>Follows the database's notices for one viewer: what waits first, then each change. What happened while nobody listened is found by its time.</summary>
internal sealed class RequestFeed(RequestQueries queries, DatabaseSignals signals, IHostApplicationLifetime lifetime, IConfiguration configuration, TimeProvider clock)
{
    private const int Most = 200;

    /// <summary>Then the caller comes again, with a token that still counts.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    /// <summary>A change's time is a little before others can see it.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(5);

    private int _following;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _following) <= Most) return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _following);

    public async IAsyncEnumerable<SseItem<RequestView?>> FollowAsync(Principal viewer, DateTimeOffset? since, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel, lifetime.ApplicationStopping);
        // Before the first look, so that no change falls in between.
        using var changes = new RequestChanges(signals);
        var (until, seen) = (clock.GetUtcNow() + Longest, clock.GetUtcNow());
        foreach (var approval in await queries.ChangedAsync(viewer, since - Overlap, end.Token)) yield return Item(approval, viewer, seen);
        yield return new SseItem<RequestView?>(null, "ping");
        while (!end.IsCancellationRequested && clock.GetUtcNow() < until)
        {
            try
            {
                await changes.Arrived.WaitAsync(Beat, end.Token);
            }
            catch (OperationCanceledException)
            {
                yield break;
            }
            var (all, ids) = changes.Take();
            if (!all && ids.Count == 0)
            {
                yield return new SseItem<RequestView?>(null, "ping");
                continue;
            }
            var before = seen;
            seen = clock.GetUtcNow();
            var found = all ? await queries.ChangedAsync(viewer, before - Overlap, end.Token) : await queries.FindAllAsync(viewer, ids, end.Token);
            foreach (var approval in found) yield return Item(approval, viewer, seen);
        }
    }

    private SseItem<RequestView?> Item(ApprovalState approval, Principal viewer, DateTimeOffset seen) =>
        new(RequestView.Of(approval, viewer, clock.GetUtcNow(), configuration["Hoop:PortalUrl"]?.TrimEnd('/') ?? ""), "request")
        {
            EventId = seen.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        };
}

/// <summary>Ids of requests that changed since they were last taken.</summary>
internal sealed class RequestChanges : IDisposable
{
    private const int Most = 500;

    private readonly DatabaseSignals _signals;
    private readonly Lock _gate = new();
    private HashSet<Guid> _ids = [];
    private bool _all;

    public RequestChanges(DatabaseSignals signals)
    {
        _signals = signals;
        _signals.ApprovalChanged += Add;
    }

    public Signal Arrived { get; } = new();

    /// <summary>All: any may have changed.</summary>
    public (bool All, HashSet<Guid> Ids) Take()
    {
        lock (_gate)
        {
            var taken = (_all, _ids);
            (_all, _ids) = (false, []);
            return taken;
        }
    }

    public void Dispose() => _signals.ApprovalChanged -= Add;

    private void Add(Guid? id)
    {
        lock (_gate)
        {
            // A follower that is slow looks at everything again rather than at a list without end.
            if (id is { } one && _ids.Count < Most) _ids.Add(one);
            else _all = true;
        }
        Arrived.Set();
    }
}
