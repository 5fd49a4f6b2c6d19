using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Yarp.ReverseProxy.Forwarder;

namespace Hoop.Approval.Sessions;

/// <summary>
/// Passes a request on to Audit and its answer back. Nothing of the request but its path, query and body goes along: no cookie, no token, no header that says who
/// asks; of the answer, only the headers that describe its body.
/// </summary>
internal sealed class AuditForwarder(IHttpForwarder forwarder, IHttpMessageHandlerFactory handlers)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="patience">How long Audit may be silent.</param>
    public async Task PassOnAsync(HttpContext context, string path, TimeSpan? patience = null)
    {
        // The factory owns the handlers and renews them; they know Audit's address and sign.
        using var client = new HttpMessageInvoker(handlers.CreateHandler("audit"), disposeHandler: false);
        var error = await forwarder.SendAsync(context, "http://audit", client, new ForwarderRequestConfig { ActivityTimeout = patience ?? Patience }, new Envelope(path, context.GetPrincipal()!), context.RequestAborted);
        if (error is ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested) return;
        // What described the body of an answer that did not come.
        (context.Response.ContentLength, context.Response.Headers.ContentDisposition) = (null, default);
        await Problems.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "audit-away", "The audit service does not answer. Try again in a moment.");
    }

    private sealed class Envelope(string path, Principal principal) : HttpTransformer
    {
        private static readonly string[] PassedBack = ["Content-Type", "Content-Disposition", "Content-Length", "Cache-Control", "ETag"];

        public override ValueTask TransformRequestAsync(HttpContext context, HttpRequestMessage request, string destination, CancellationToken cancel)
        {
            request.RequestUri = new Uri(destination + path + context.Request.QueryString);
            // Where somebody who follows a session goes on, and what a body is.
            if (context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 and < 20 } last) request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
            if (request.Content is { } content && context.Request.ContentType is { } type) content.Headers.TryAddWithoutValidation("Content-Type", type);
            request.ActFor(principal, context.GetExpiry());
            return default;
        }

        public override ValueTask<bool> TransformResponseAsync(HttpContext context, HttpResponseMessage? answer, CancellationToken cancel)
        {
            if (answer is null) return new(false);
            foreach (var header in answer.Headers.Concat(answer.Content.Headers).Where(h => PassedBack.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
                context.Response.Headers[header.Key] = header.Value.ToArray();
            return new(true);
        }

        public override ValueTask TransformResponseTrailersAsync(HttpContext context, HttpResponseMessage answer, CancellationToken cancel) => default;
    }
}
