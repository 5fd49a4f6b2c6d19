using System.Text.Json;
using Hoop.Audit.Admin;
using Hoop.Audit.Sessions;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hoop.Audit.Integrity;

/// <summary><c>GET /api/evidence/check</c>: reads everything that is stored and says whether it is as it was. JSON Lines: how far it is, then the report.</summary>
internal static class IntegrityApi
{
    private static readonly JsonSerializerOptions Line = new(JsonSerializerDefaults.Web);

    public static void AddIntegrity(this IServiceCollection services)
    {
        services.AddSingleton<DatabaseCheck>().AddSingleton<IntegrityKeeper>();
        services.AddHostedService(s => s.GetRequiredService<IntegrityKeeper>());
        services.AddHealthChecks().AddCheck<IntegrityHealth>("evidence");
    }

    public static void MapIntegrity(this WebApplication app) => app.MapGet("/api/evidence/check", CheckAsync).RequireAuthorization(HoopPolicies.Principal);

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> CheckAsync(
        HttpContext context, SessionRights rights, AdminChain admin, IntegrityKeeper keeper, CancellationToken cancel)
    {
        var caller = context.GetPrincipal()!;
        if (!rights.SeesAll(caller))
            return Problems.Of(StatusCodes.Status403Forbidden, "may-not-check", "Checking all evidence takes a role in access.viewSessions of hoop.yaml.");
        if (!keeper.TryBegin())
            return Problems.Of(StatusCodes.Status409Conflict, "check-runs", "A check runs already: it reads everything, so there is one at a time. Ask again when it is done.");
        try
        {
            await admin.RecordAsync(AdminChain.EvidenceChecked, caller, null, null, cancel);
        }
        catch
        {
            keeper.End();
            throw;
        }

        return TypedResults.Stream(body => WriteAsync(body, keeper, cancel), "application/x-ndjson");
    }

    private static async Task WriteAsync(Stream body, IntegrityKeeper keeper, CancellationToken cancel)
    {
        try
        {
            await SayAsync(new { events = 0L });
            await SayAsync(await keeper.CheckAsync(read => SayAsync(new { events = read }), cancel));
        }
        finally
        {
            keeper.End();
        }

        async Task SayAsync<T>(T what)
        {
            try
            {
                await body.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(what, Line), (byte)'\n'], cancel);
                await body.FlushAsync(cancel);
            }
            catch (IOException e)
            {
                // Who asked is gone: that says nothing of the evidence.
                throw new OperationCanceledException("The one who asked for the check is gone.", e, cancel);
            }
        }
    }
}
