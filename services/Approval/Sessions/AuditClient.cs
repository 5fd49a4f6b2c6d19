using System.Buffers.Text;
using System.Text.Json;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Http;

namespace Hoop.Approval.Sessions;

/// <summary>Asks Audit on behalf of whoever is signed in; Audit checks their rights and records that they watched.</summary>
internal sealed class AuditClient(IHttpClientFactory http)
{
    /// <summary>Longest answer put on a page; <see cref="AuditForwarder"/> passes on any.</summary>
    private const int MaxShownBytes = 16 * 1024 * 1024;

    internal static string Encode(Principal principal) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(principal));

    private Task<HttpResponseMessage> GetAsync(string pathAndQuery, Principal principal, CancellationToken cancel)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, pathAndQuery);
        request.Headers.Add(ServiceClients.PrincipalHeader, Encode(principal));
        return http.CreateClient("audit").SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
    }

    public Task<AuditAnswer<IReadOnlyList<SessionSummary>>> ListSessionsAsync(Principal principal, CancellationToken cancel) =>
        ReadAsync<IReadOnlyList<SessionSummary>>("/api/sessions?limit=200", principal, json => json.ValueKind == JsonValueKind.Array
            ? [.. json.EnumerateArray().Select(SessionSummary.Read).OfType<SessionSummary>()] : [], cancel);

    /// <param name="after">Sequence of the last event already known; -1 for the beginning.</param>
    public Task<AuditAnswer<Timeline>> ShowSessionAsync(string sessionId, long after, int limit, Principal principal, CancellationToken cancel) =>
        ReadAsync($"/api/sessions/{Uri.EscapeDataString(sessionId)}?after={after}&limit={limit}", principal, Timeline.Read, cancel);

    private async Task<AuditAnswer<T>> ReadAsync<T>(string path, Principal principal, Func<JsonElement, T> read, CancellationToken cancel) where T : class
    {
        try
        {
            using var answer = await GetAsync(path, principal, cancel);
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
