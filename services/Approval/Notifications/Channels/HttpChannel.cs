using System.Net;
using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Http;

namespace Hoop.Approval.Notifications.Channels;

/// <summary>
/// Posts JSON to where operators say, and nowhere else: redirects are not followed, of the answer the status and one header count. URLs may be secrets, so
/// nothing here is logged or traced.
/// </summary>
internal sealed class HttpChannel(References references, TimeProvider clock) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5), PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxResponseHeadersLength = 16, MaxResponseDrainSize = 16 * 1024, ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        // Without it there is no trace of the request, which would have the URL in it, and no header tells the receiver of ours.
        ActivityHeadersPropagator = null,
    }) { Timeout = Timeout.InfiniteTimeSpan };

    public async Task<Attempt> SendAsync(ReceiverDocument receiver, Delivery delivery, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, await UrlAsync(receiver, cancel));
        var body = receiver.Kind switch
        {
            ReceiverKind.Slack => SlackForm.Of(delivery.Notice),
            ReceiverKind.Teams => TeamsForm.Of(delivery.Notice),
            _ => WebhookForm.Of(delivery.Notice),
        };
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        request.Headers.TryAddWithoutValidation("User-Agent", "Hoop");
        if (receiver.Kind == ReceiverKind.Webhook) Sign(request, delivery, await references.ResolveAsync(receiver.Secret ?? "", cancel), body);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            return Judge(response);
        }
        catch (HttpRequestException e)
        {
            return new Attempt($"no answer ({e.HttpRequestError})");
        }
    }

    public void Dispose() => _http.Dispose();

    private void Sign(HttpRequestMessage request, Delivery delivery, string secrets, byte[] body)
    {
        var (id, timestamp) = ($"evt_{delivery.EventId:N}", clock.GetUtcNow().ToUnixTimeSeconds());
        StandardWebhook.Sign(request, id, timestamp, WebhookSignature.Of(secrets, id, timestamp, body));
    }

    private Attempt Judge(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode) return Attempt.Arrived;
        var pause = response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - clock.GetUtcNow() : null;
        return new Attempt($"it answered {(int)response.StatusCode}", response.StatusCode == HttpStatusCode.Gone, pause);
    }

    /// <summary>The document's reader saw to a plain URL; one that a reference leads to is looked at here.</summary>
    private async Task<Uri> UrlAsync(ReceiverDocument receiver, CancellationToken cancel)
    {
        var text = await references.PlainOrResolvedAsync(receiver.Url ?? "", cancel);
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
            throw new ReceiverException("where its url leads there is no URL; it must begin with https://");
        return url.Scheme == "https" || url.IsLoopback ? url : throw new ReceiverException("its url is not https; plain http is for this machine only");
    }
}
