using System.Globalization;
using System.Net.Http.Headers;
using Hoop.Audit.Chain.Log;
using Hoop.ServiceDefaults.Http;

namespace Hoop.Audit.Chain.Sinks;

/// <summary>A receiver that keeps checkpoints, somebody else's for choice. An answer of 2xx says that it has it; redirects are not followed.</summary>
internal sealed class WebhookSink(CheckpointWebhook webhook, IHttpClientFactory http, TimeProvider clock) : ICheckpointSink
{
    public const string HttpName = "checkpoint-webhook";

    public static HttpMessageHandler Handler() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5), MaxResponseDrainSize = 16 * 1024 };

    public string Name => $"webhook:{webhook.Name}";

    public string Label => Name;

    /// <exception cref="HttpRequestException">The receiver did not take it.</exception>
    public async Task DeliverAsync(Checkpoint checkpoint, CancellationToken cancel)
    {
        var body = checkpoint.ToLine();
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        StandardWebhook.Sign(request, webhook.Key, string.Create(CultureInfo.InvariantCulture, $"{checkpoint.Head.Origin}-{checkpoint.Head.Size}"), body, clock.GetUtcNow());
        using var client = http.CreateClient(HttpName);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"it answers HTTP {(int)response.StatusCode}");
    }
}

/// <summary>Section <c>Hoop:Audit:CheckpointWebhooks</c>: name → <c>Url</c>, <c>Secret</c>.</summary>
internal sealed record CheckpointWebhook(string Name, Uri Url, byte[] Key)
{
    /// <exception cref="InvalidOperationException">A URL or a secret is missing or wrong.</exception>
    public static IReadOnlyList<CheckpointWebhook> From(IConfiguration configuration) =>
        [.. configuration.GetSection("Hoop:Audit:CheckpointWebhooks").GetChildren().Select(webhook => new CheckpointWebhook(
            webhook.Key, UrlOf(webhook["Url"], webhook.Key), StandardWebhook.KeyOf(webhook["Secret"], $"Hoop__Audit__CheckpointWebhooks__{webhook.Key}__Secret")))];

    /// <summary>A URL may have a secret in it too.</summary>
    public override string ToString() => $"webhook {Name}";

    private static Uri UrlOf(string? text, string name) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == "https" || url.Scheme == "http" && url.IsLoopback)
            ? url
            : throw new InvalidOperationException($"Hoop__Audit__CheckpointWebhooks__{name}__Url is no https URL: give the receiver's address; http is for this machine only.");
}
