using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hoop.ServiceDefaults.Http;

/// <summary>What no handler expected is one plain line for the one who asked, in every environment; the log has the rest.</summary>
public static class PlainErrors
{
    /// <summary>Before everything else, so that nothing inside has a page of its own.</summary>
    public static void UsePlainErrors(this WebApplication app) => app.UseExceptionHandler(errors => errors.Run(context =>
    {
        var (status, code, detail) = Describe(context.Features.Get<IExceptionHandlerFeature>()?.Error);
        return Problems.WriteAsync(context, status, code, detail);
    }));

    private static (int Status, string Code, string Detail) Describe(Exception? error) => error switch
    {
        BadHttpRequestException bad => (bad.StatusCode, "bad-request", "The request cannot be read: look at its query and its body."),
        NpgsqlException and not PostgresException => (StatusCodes.Status503ServiceUnavailable, "busy", "The service's database does not answer in time. Try again in a moment."),
        _ => (StatusCodes.Status500InternalServerError, "failed", "The service failed to answer. Try again; if it stays, look at its log."),
    };
}
