using Hoop.ServiceDefaults.Http;

namespace Hoop.Approval.Http;

/// <summary>
/// A browser sends its cookies along from other ports of the same host too, so whatever changes something by cookie, or opens a
/// connection by it, must come from a page of this origin. Bearer tokens are never sent by a browser on its own.
/// </summary>
internal static class SameOrigin
{
    public static void UseSameOrigin(this WebApplication app)
    {
        var portal = app.Configuration["Hoop:PortalUrl"] is { Length: > 0 } url ? new Uri(url).GetLeftPart(UriPartial.Authority) : null;
        app.Use((context, next) => IsPassive(context) || IsOwn(context.Request, portal)
            ? next(context)
            : Problems.WriteAsync(context, StatusCodes.Status403Forbidden, "other-origin",
                "Another site may not act with your sign-in. Use the portal itself, or a bearer token."));
    }

    private static bool IsPassive(HttpContext context)
    {
        var request = context.Request;
        var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        return (reads && !context.WebSockets.IsWebSocketRequest && !request.Headers.ContainsKey("Upgrade"))
            || request.Headers.ContainsKey("Authorization") || request.Cookies.Count == 0;
    }

    // A form sent under "no-referrer" has the origin "null"; browsers say by Sec-Fetch-Site, which no page can set, where it came from.
    private static bool IsOwn(HttpRequest request, string? portal) =>
        request.Headers["Sec-Fetch-Site"] == "same-origin"
        || (request.Headers.Origin is [{ } origin] && (origin == $"{request.Scheme}://{request.Host}" || origin == portal));
}
