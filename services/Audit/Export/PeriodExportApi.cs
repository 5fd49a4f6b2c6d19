using System.Globalization;
using Hoop.Audit.Admin;
using Hoop.Audit.Search;
using Hoop.Audit.Sessions;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hoop.Audit.Export;

/// <summary><c>GET /api/export</c>: a period, or what a search finds, as one file. Takes what <c>/api/search</c> takes.</summary>
internal static class PeriodExportApi
{
    public static IServiceCollection AddPeriodExport(this IServiceCollection services) =>
        services.AddSingleton<Exporting.OfPeriod>().AddSingleton<ExportSelection>().AddSingleton<ExportArchive>().AddSingleton(PolicyPart.Create);

    public static void MapPeriodExport(this WebApplication app) => app.MapGet("/api/export", ExportAsync).RequireAuthorization(HoopPolicies.Principal);

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> ExportAsync(
        HttpContext context, ExportSelection selection, ExportArchive archive, ExportFiles files, SessionRights rights, HoopDocuments documents, AdminChain admin, Exporting.OfPeriod exporting, TimeProvider clock, CancellationToken cancel)
    {
        var caller = context.GetPrincipal()!;
        if (SearchQuery.Parse(context.Request.Query, out var query) is { } refusal)
            return refusal;

        var asked = query.Describe();
        if (asked.Count == 0)
            return Problems.Of(StatusCodes.Status400BadRequest, "nothing-asked", "Say what to export: a period by from and to, or what a search takes, such as principal, table or text.");
        var now = clock.GetUtcNow();
        return await exporting.AnswerAsync(context, caller, "application/zip", () => $"hoop-export-{now:yyyyMMdd-HHmmss}.zip", MakeAsync, cancel);

        async Task<ProblemHttpResult?> MakeAsync(Stream file)
        {
            await using var lines = files.Create();
            if (await selection.FindAsync(query, rights.ExportsAll(caller) ? null : caller, lines, cancel) is not { } found)
                return Problems.Of(StatusCodes.Status400BadRequest, "too-much", $"That is more than {ExportSelection.MostSessions} sessions or {ExportSelection.MostStatements} statements: narrow the period or the search, and export in parts.");

            await admin.RecordAsync(AdminChain.SessionsExported, caller, null, null, cancel, new Dictionary<string, string>(asked) { ["sessions"] = found.Sessions.Count.ToString(CultureInfo.InvariantCulture) });
            await archive.WriteAsync(file, new ExportContents(caller, rights.ExportsAll(caller) || EditsPolicy(caller, documents), asked, now, found.Sessions, found.Statements), lines, cancel);
            return null;
        }
    }

    /// <summary>As the Policy service itself has it.</summary>
    private static bool EditsPolicy(Principal caller, HoopDocuments documents) =>
        caller.Kind == "human" && documents.Current is { } current && documents.HasAnyRole(caller, current.Access.EditPolicy);
}
