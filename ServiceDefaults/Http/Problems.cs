using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Hoop.ServiceDefaults.Http;

/// <summary>Refusals over HTTP: problem+json (RFC 9457) with a stable <c>code</c>.</summary>
public static class Problems
{
    public static ProblemHttpResult Of(int status, string code, string detail) => TypedResults.Problem(Details(status, code, detail));

    public static Task WriteAsync(HttpContext context, int status, string code, string detail)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(Details(status, code, detail), options: null, contentType: "application/problem+json");
    }

    private static ProblemDetails Details(int status, string code, string detail) => new() { Status = status, Detail = detail, Extensions = { ["code"] = code } };
}
