using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Hoop.ServiceDefaults.Identity;

/// <summary>Refusals over HTTP: problem+json (RFC 9457) with a stable <c>code</c>.</summary>
public static class Problems
{
    public static Task WriteAsync(HttpContext context, int status, string code, string detail)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new ProblemDetails { Status = status, Detail = detail, Extensions = { ["code"] = code } },
            options: null, contentType: "application/problem+json");
    }
}
