namespace Hoop.Approval.Http;

/// <summary>Every refusal under <c>/api</c> is problem+json with a code, those of the framework included.</summary>
internal static class ApiErrors
{
    public static void AddApiErrors(this IServiceCollection services) => services.Configure<ProblemDetailsOptions>(options =>
        options.CustomizeProblemDetails = context =>
        {
            var problem = context.ProblemDetails;
            if (problem.Extensions.ContainsKey("code")) return;
            (problem.Extensions["code"], var detail) = Describe(context.HttpContext.Response.StatusCode);
            problem.Detail ??= detail;
        });

    public static void UseApiErrors(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/api"), api => api.UseStatusCodePages());
        app.UseWhen(context => !context.Request.Path.StartsWithSegments("/api"), pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
    }

    private static (string Code, string Detail) Describe(int status) => status switch
    {
        StatusCodes.Status400BadRequest => ("bad-request", "The request cannot be read. Send JSON as docs/approvals.md describes."),
        StatusCodes.Status404NotFound => ("not-found", "There is nothing here. Check the path."),
        StatusCodes.Status405MethodNotAllowed => ("method-not-allowed", "This path does not answer that method."),
        StatusCodes.Status413PayloadTooLarge => ("too-large", "The request's body is too large. A reason has at most 2000 characters."),
        StatusCodes.Status415UnsupportedMediaType => ("unsupported-media-type", "Send the body as application/json."),
        _ => ("failed", "The service failed to answer. Try again; if it stays, look at its log."),
    };
}
