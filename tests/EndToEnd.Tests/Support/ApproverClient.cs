using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Hoop.Testing;

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>A person at the portal's API.</summary>
public sealed class ApproverClient : IDisposable
{
    private readonly HttpClient http;

    private ApproverClient(HttpClient http) => this.http = http;

    public static async Task<ApproverClient> SignInAsync(HoopSystem system, string name = "bea") => With(system, await system.TokenAsync(name));

    public static ApproverClient With(HoopSystem system, string token)
    {
        var http = new HttpClient { BaseAddress = system.Portal };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new ApproverClient(http);
    }

    public Task ApproveAsync(string request, object? terms = null) => PostAsync($"/api/requests/{request}/approve", terms ?? new { reason = "fine" });

    public Task DenyAsync(string request, string reason) => PostAsync($"/api/requests/{request}/deny", new { reason });

    public Task RevokeAsync(string grant, string reason) => PostAsync($"/api/grants/{grant}/revoke", new { reason });

    public async Task<JsonElement> GetAsync(string path) => await http.GetFromJsonAsync<JsonElement>(path);

    /// <summary>The only pending request that this person may see whose statement contains the text.</summary>
    public Task<string> PendingRequestAsync(string statement, int seconds = 20) => Eventually.FoundAsync(
        async () => (await GetAsync("/api/requests?state=pending")).EnumerateArray()
            .Where(request => request.GetProperty("statement").GetString()!.Contains(statement, StringComparison.Ordinal))
            .Select(request => request.GetProperty("id").GetString()).FirstOrDefault(),
        seconds, what: $"a pending request with '{statement}'");

    public void Dispose() => http.Dispose();

    private async Task PostAsync(string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(path, body);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }
}
