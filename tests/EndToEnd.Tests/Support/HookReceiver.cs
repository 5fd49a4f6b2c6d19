using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>A receiver of webhooks on a free port, which takes only what is signed with its secret.</summary>
public sealed class HookReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly DirectoryInfo secrets = Directory.CreateTempSubdirectory("hoop-hook-");
    private readonly ConcurrentQueue<(string Id, string Body)> taken = new();

    private HookReceiver(WebApplication app) => this.app = app;

    public IEnumerable<(string Id, JsonElement Message)> Taken => taken.Select(one => (one.Id, JsonDocument.Parse(one.Body).RootElement));

    /// <summary>Where its secret lies: the system's <c>Hoop__SecretsDirectory</c>.</summary>
    public string Secrets => secrets.FullName;

    /// <summary>As hoop.yaml describes it.</summary>
    public string Yaml => $$"""  - { name: hook, kind: webhook, url: "{{app.Urls.First()}}/hook", secret: "file:{{Secrets}}/hook", events: ["*"] }""";

    public static async Task<HookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new HookReceiver(builder.Build());
        receiver.app.MapPost("/hook", receiver.TakeAsync);
        await receiver.app.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(receiver.Secrets, "hook"), $"whsec_{Convert.ToBase64String(receiver.key)}\n");
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        secrets.Delete(recursive: true);
    }

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var (id, body) = (request.Headers["webhook-id"].ToString(), await reader.ReadToEndAsync());
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{request.Headers["webhook-timestamp"]}.{body}")));
        if (request.Headers["webhook-signature"] != expected) return Results.Unauthorized();
        taken.Enqueue((id, body));
        return Results.NoContent();
    }
}
