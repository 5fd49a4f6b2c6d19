using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>A person at the portal's API.</summary>
public sealed class ApproverClient : IDisposable
{
    private readonly HttpClient http;

    private ApproverClient(HttpClient http) => this.http = http;

    public static async Task<ApproverClient> SignInAsync(HoopSystem system, string name = "bea")
    {
        var http = new HttpClient { BaseAddress = system.Portal };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await system.TokenAsync(name));
        return new ApproverClient(http);
    }

    public Task ApproveAsync(string request, object? terms = null) => PostAsync($"/api/requests/{request}/approve", terms ?? new { reason = "fine" });

    public Task RevokeAsync(string grant, string reason) => PostAsync($"/api/grants/{grant}/revoke", new { reason });

    public async Task<JsonElement> GetAsync(string path) => await http.GetFromJsonAsync<JsonElement>(path);

    public void Dispose() => http.Dispose();

    private async Task PostAsync(string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(path, body);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }
}
