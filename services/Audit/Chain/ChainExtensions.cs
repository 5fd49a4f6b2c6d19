using Hoop.Audit.Chain.Log;
using Hoop.Audit.Export;
using Hoop.Audit.Storage;

namespace Hoop.Audit.Chain;

internal static class ChainExtensions
{
    public static void AddEvidenceLog(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IEvidenceSigner>(s => s.GetRequiredService<SigningKey>());
        builder.Services.AddSingleton<EvidenceLog>();
        builder.Services.AddSingleton<ICheckpointSink>(s => new FileSink(
            builder.Configuration["Hoop:Audit:CheckpointFile"] is { Length: > 0 } path ? path : Path.Combine(builder.Configuration["Hoop:DataDirectory"] ?? ".", "checkpoints.jsonl")));
        builder.Services.AddHostedService<LogKeeper>();
    }

    /// <summary>The newest signed tree head, for whoever watches the log: open to all, it says nothing of what is in it.</summary>
    public static void MapEvidenceLog(this WebApplication app) => app.MapGet("/api/log", async (EvidenceLog log, AuditDatabase database, CancellationToken cancel) =>
    {
        await using var connection = await database.OpenAsync(cancel);
        return await LogTable.HeadAsync(connection, log.Origin, cancel) is { } head ? Results.Ok(head) : Results.NoContent();
    }).AllowAnonymous();
}
