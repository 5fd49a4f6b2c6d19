using Hoop.Audit.Admin;
using Hoop.Audit.Chain;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Retention;
using Hoop.Audit.Sessions;
using Hoop.Audit.Storage;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hoop.Audit.Export;

/// <summary><c>GET /api/sessions/{id}/export</c>: signed evidence. <c>GET /api/key</c>: the key to check it with.</summary>
internal static class ExportApi
{
    public static void AddExport(this IServiceCollection services) => services.AddPeriodExport().AddSingleton<Exporting.OfSession>().AddSingleton(Files).AddSingleton(s => SigningKey.ReadOrCreate(
        s.GetRequiredService<IConfiguration>()["Hoop:DataDirectory"]
            ?? throw new InvalidOperationException("No place for the signing key: set Hoop__DataDirectory to a writable directory."),
        s.GetRequiredService<ILogger<SigningKey>>(), s.GetRequiredService<IConfiguration>()["Hoop:Audit:FormerKeys"]));

    private static ExportFiles Files(IServiceProvider services)
    {
        var most = Math.Max(1, services.GetRequiredService<IConfiguration>().GetValue("Hoop:Audit:ExportMiB", 2048L)) * 1024 * 1024;
        return new ExportFiles(most, 4 * most);
    }

    public static void MapExport(this WebApplication app)
    {
        app.MapGet("/api/sessions/{id}/export", ExportAsync).RequireAuthorization(HoopPolicies.Principal);
        app.MapPeriodExport();
        app.MapEvidenceLog();
        app.MapGet("/api/key", (SigningKey key) => TypedResults.Ok(new PublicKeyAnswer("ECDSA-P256-SHA256", key.PublicKey, key.Fingerprint))).AllowAnonymous();
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> ExportAsync(
        HttpContext context, string id, AuditDatabase database, SessionQueries queries, SessionRights rights, AdminChain admin, SigningKey key, EvidenceLog log, Exporting.OfSession exporting, TimeProvider clock, CancellationToken cancel)
    {
        var caller = context.GetPrincipal()!;
        if (await queries.FindAsync(id, cancel) is not { } session || !rights.MayExport(caller, session))
            return SessionsApi.NotVisible(id);
        return await exporting.AnswerAsync(context, caller, "application/x-ndjson", () => $"hoop-session-{session.Id}.jsonl", MakeAsync, cancel);

        async Task<ProblemHttpResult?> MakeAsync(Stream file)
        {
            await admin.RecordAsync(AdminChain.SessionExported, caller, session.Id, session.PrincipalId, cancel);
            await using var pause = await DropPause.BeginAsync(database, cancel);
            // The log first: what came in since is in the bundle, and its proof in the next.
            var proofs = await log.ProofsAsync(session.Id, cancel);
            await BundleWriter.WriteAsync(file, session.Id, session.PolicyVersion, clock.GetUtcNow(), queries.EventsAsync(session.Id, -1, null, cancel), key, proofs, cancel);
            return null;
        }
    }
}

internal sealed record PublicKeyAnswer(string Algorithm, string PublicKey, string Fingerprint);
