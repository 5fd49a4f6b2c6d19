using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Http;

namespace Hoop.Approval.Sessions;

/// <summary>Asks Audit on behalf of whoever is signed in; Audit checks their rights and records that they watched.</summary>
internal sealed class AuditClient(IHttpClientFactory http)
{
    /// <summary>Longest answer put on a page; <see cref="AuditForwarder"/> passes on any.</summary>
    private const int MaxShownBytes = 16 * 1024 * 1024;

    public Task<AuditAnswer<IReadOnlyList<SessionSummary>>> ListSessionsAsync(Principal principal, CancellationToken cancel) =>
        ReadAsync<IReadOnlyList<SessionSummary>>(Get("/api/sessions?limit=200"), principal, json => json.ValueKind == JsonValueKind.Array
            ? [.. json.EnumerateArray().Select(SessionSummary.Read).OfType<SessionSummary>()] : [], cancel);

    /// <param name="after">Sequence of the last event already known; -1 for the beginning.</param>
    public Task<AuditAnswer<Timeline>> ShowSessionAsync(string sessionId, long after, int limit, Principal principal, CancellationToken cancel) =>
        ReadAsync(Get($"{PathOf(sessionId)}?after={after}&limit={limit}"), principal, Timeline.Read, cancel);

    /// <param name="query">As Audit's <c>/api/search</c> takes it.</param>
    public Task<AuditAnswer<StatementsFound>> SearchAsync(string query, Principal principal, CancellationToken cancel) =>
        ReadAsync(Get("/api/search" + query), principal, StatementsFound.Read, cancel);

    public Task<AuditAnswer<IReadOnlyList<IReadOnlyList<string?>>>> RowsAsync(string sessionId, long content, Principal principal, CancellationToken cancel) =>
        ReadAsync(Get($"{PathOf(sessionId)}/contents/{content}"), principal, RecordedResult.ReadRows, cancel);

    /// <summary>Ends a running session; the answer is a line for whoever did.</summary>
    public Task<AuditAnswer<string>> KillAsync(string sessionId, string reason, Principal principal, CancellationToken cancel) =>
        ReadAsync(
            new HttpRequestMessage(HttpMethod.Post, PathOf(sessionId) + "/kill") { Content = JsonContent.Create(new { reason }) },
            principal, json => json.Text("message") ?? "The session was ended.", cancel);

    /// <summary>Events as they arrive, until the session ends, or what the principal signed in with.</summary>
    /// <exception cref="HttpRequestException">Audit refused, or went away.</exception>
    public async IAsyncEnumerable<TimelineItem> TailAsync(string sessionId, long after, Principal principal, DateTimeOffset expiry, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var answer = await SendAsync(Get($"{PathOf(sessionId)}/tail?after={after}"), principal, cancel, expiry);
        answer.EnsureSuccessStatusCode();
        await using var stream = await answer.Content.ReadAsStreamAsync(cancel);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancel))
        {
            if (item.EventType == "ping" || item.Data.Length == 0) continue;
            using var json = JsonDocument.Parse(item.Data);
            yield return TimelineItem.Read(json.RootElement);
        }
    }

    private static HttpRequestMessage Get(string pathAndQuery) => new(HttpMethod.Get, pathAndQuery);

    private static string PathOf(string sessionId) => $"/api/sessions/{Uri.EscapeDataString(sessionId)}";

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Principal principal, CancellationToken cancel, DateTimeOffset? expiry = null)
    {
        request.ActFor(principal, expiry);
        return http.CreateClient("audit").SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
    }

    private async Task<AuditAnswer<T>> ReadAsync<T>(HttpRequestMessage request, Principal principal, Func<JsonElement, T> read, CancellationToken cancel) where T : class
    {
        try
        {
            using var answer = await SendAsync(request, principal, cancel);
            await answer.Content.LoadIntoBufferAsync(MaxShownBytes, cancel);
            using var document = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancel), cancellationToken: cancel);
            return answer.IsSuccessStatusCode
                ? new AuditAnswer<T>(read(document.RootElement), null)
                : new AuditAnswer<T>(null, document.RootElement.Text("detail") ?? $"The audit service refused ({(int)answer.StatusCode}).");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            return new AuditAnswer<T>(null, "The audit service does not answer, or too much at once for a page. Try again, or use the hoop command.");
        }
    }
}
