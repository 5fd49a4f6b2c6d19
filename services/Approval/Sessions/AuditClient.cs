using System.Buffers.Text;
using System.Text.Json;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Http;

namespace Hoop.Approval.Sessions;

/// <summary>Asks Audit on behalf of whoever is signed in; Audit checks their rights and records that they watched.</summary>
internal sealed class AuditClient(IHttpClientFactory http)
{
    /// <summary>Longest answer put on a page; the API passes on any.</summary>
    private const int MaxShownBytes = 16 * 1024 * 1024;

    /// <exception cref="HttpRequestException">Audit does not answer.</exception>
    public Task<HttpResponseMessage> GetAsync(string pathAndQuery, Principal principal, CancellationToken cancel)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, pathAndQuery);
        request.Headers.Add(ServiceClients.PrincipalHeader, Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(principal)));
        return http.CreateClient("audit").SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
    }

    public Task<AuditAnswer<SessionSummary>> ListSessionsAsync(Principal principal, CancellationToken cancel) =>
        ReadAsync<SessionSummary>("/api/sessions", principal, json => [.. JsonReading.Items(json).Select(SessionSummary.Read).OfType<SessionSummary>()], cancel);

    public Task<AuditAnswer<TimelineItem>> ShowSessionAsync(string sessionId, Principal principal, CancellationToken cancel) =>
        ReadAsync<TimelineItem>($"/api/sessions/{Uri.EscapeDataString(sessionId)}", principal, json => [.. JsonReading.Items(json).Select(TimelineItem.Read)], cancel);

    private async Task<AuditAnswer<T>> ReadAsync<T>(string path, Principal principal, Func<JsonElement, IReadOnlyList<T>> read, CancellationToken cancel)
    {
        try
        {
            using var answer = await GetAsync(path, principal, cancel);
            await answer.Content.LoadIntoBufferAsync(MaxShownBytes, cancel);
            using var document = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancel), cancellationToken: cancel);
            return answer.IsSuccessStatusCode
                ? new AuditAnswer<T>(read(document.RootElement), null)
                : new AuditAnswer<T>([], document.RootElement.Text("detail") ?? $"The audit service refused ({(int)answer.StatusCode}).");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            return new AuditAnswer<T>([], "The audit service does not answer, or too much at once for a page. Try again, or use the hoop command.");
        }
    }
}
