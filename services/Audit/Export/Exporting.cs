using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hoop.Audit.Export;

/// <summary>
/// Makes an export for somebody: a few at a time are made, since each reads much and takes memory; a principal has a few at once, made or on their way; and what is on its
/// way is a file, so that the pace at which somebody reads is their own affair.
/// </summary>
internal abstract class Exporting(ExportFiles files, int madeAtOnce, int ofOne, int ofAll) : IDisposable
{
    private readonly SemaphoreSlim making = new(madeAtOnce);

    public Turns Turns { get; } = new("too-many-exports", "exports", ofOne, ofAll);

    /// <param name="make">Writes the export. An answer of its own instead of one: it is given as it is.</param>
    /// <param name="name">Of the download, once it is made.</param>
    public async Task<Results<FileStreamHttpResult, ProblemHttpResult>> AnswerAsync(
        HttpContext context, Principal caller, string contentType, Func<string> name, Func<Stream, Task<ProblemHttpResult?>> make, CancellationToken cancel)
    {
        if (Turns.TryTake(caller.Id) is not { } turn)
            return Turns.Refusal();
        // Until the last byte was read.
        context.Response.RegisterForDispose(turn);
        await making.WaitAsync(cancel);
        Stream? file = null;
        try
        {
            file = files.Create();
            if (await make(file) is { } refusal)
            {
                await file.DisposeAsync();
                return refusal;
            }

            file.Position = 0;
            return TypedResults.File(file, contentType, name());
        }
        catch (Exception e)
        {
            if (file is not null)
                await file.DisposeAsync();
            if (Refusal(e) is { } refusal)
                return refusal;
            throw;
        }
        finally
        {
            making.Release();
        }
    }

    public void Dispose() => making.Dispose();

    /// <summary>Of one session.</summary>
    internal sealed class OfSession(ExportFiles files) : Exporting(files, madeAtOnce: 4, ofOne: 4, ofAll: 64);

    /// <summary>Of a period, or of what a search finds.</summary>
    internal sealed class OfPeriod(ExportFiles files) : Exporting(files, madeAtOnce: 2, ofOne: 2, ofAll: 16);

    private static ProblemHttpResult? Refusal(Exception e) => e switch
    {
        ExportTooLargeException { OfAll: true } => Problems.Of(StatusCodes.Status429TooManyRequests, "too-many-exports", e.Message),
        ExportTooLargeException => Problems.Of(StatusCodes.Status400BadRequest, "too-much", e.Message),
        InvalidDataException => Problems.Of(StatusCodes.Status500InternalServerError, "evidence-damaged", $"{e.Message} 'hoop evidence check' says more."),
        _ => null,
    };
}
