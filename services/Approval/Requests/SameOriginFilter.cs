namespace Hoop.Approval.Requests;

/// <summary>
/// A browser's cookie goes along from other ports of the same host too, so a change asked by cookie must come from a page of this origin.
/// Bearer tokens are never sent by a browser on its own.
/// </summary>
internal sealed class SameOriginFilter : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        if (HttpMethods.IsGet(request.Method) || request.Headers.ContainsKey("Authorization") || IsOwn(request)) return next(context);
        return ValueTask.FromResult<object?>(TypedResults.Problem(
            statusCode: StatusCodes.Status403Forbidden,
            detail: "Another site may not act with your sign-in. Use the portal itself, or a bearer token.",
            extensions: new Dictionary<string, object?> { ["code"] = "other-origin" }));
    }

    private static bool IsOwn(HttpRequest request) => request.Headers.Origin == $"{request.Scheme}://{request.Host}";
}
