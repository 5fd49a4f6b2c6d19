using Hoop.Audit.Sessions;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Hoop.ServiceDefaults.ObjectStorage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hoop.Audit.Recordings;

/// <summary><c>GET /api/sessions/{id}/contents/{number}</c>: the rows that a <c>result.recorded</c> event speaks of.</summary>
internal static class RecordingsApi
{
    private const string HttpName = "s3";

    public static void AddRecordings(this IHostApplicationBuilder builder)
    {
        var options = S3Options.From(builder.Configuration.GetSection("Hoop:Recording:S3"));
        builder.Services.AddHttpClient(HttpName);
        builder.Services.AddSingleton(s => new ContentStore(
            s.GetRequiredService<Storage.AuditDatabase>(), s.GetRequiredService<ILogger<ContentStore>>(),
            options is null ? null : new S3Store(options, s.GetRequiredService<IHttpClientFactory>().CreateClient(HttpName), s.GetRequiredService<TimeProvider>())));
        builder.Services.AddHostedService<ContentMover>();
    }

    public static void MapRecordings(this WebApplication app) =>
        app.MapGet("/api/sessions/{id}/contents/{number:long}", ShowAsync).RequireAuthorization(HoopPolicies.Principal);

    private static async Task<Results<Ok<RecordedRows>, ProblemHttpResult>> ShowAsync(
        HttpContext context, string id, long number, SessionQueries queries, SessionRights rights, SessionViews views, ContentStore contents, CancellationToken cancel)
    {
        var caller = context.GetPrincipal()!;
        if (await queries.FindAsync(id, cancel) is not { } session || !rights.MayView(caller, session))
            return SessionsApi.NotVisible(id);
        await views.RecordAsync(caller, session, cancel);
        try
        {
            return await contents.ReadAsync(session.Id, number, cancel) is { } data
                ? TypedResults.Ok(new RecordedRows(number, ContentStore.Rows(data)))
                : Problems.Of(StatusCodes.Status404NotFound, "no-such-content", $"Session '{id}' has no recorded rows {number}, or they have not arrived yet.");
        }
        catch (InvalidDataException e)
        {
            return Problems.Of(StatusCodes.Status500InternalServerError, "content-damaged", e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "object-store-away", $"The recorded rows {number} of session '{id}' are in an object store that does not give them now: {e.Message}");
        }
    }
}

/// <param name="Number">As the event names it.</param>
/// <param name="Rows">Each a list of texts, null for NULL, in the order of the result's columns.</param>
internal sealed record RecordedRows(long Number, IReadOnlyList<string?[]> Rows);
