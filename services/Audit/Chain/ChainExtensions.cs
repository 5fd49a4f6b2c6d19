using Hoop.Audit.Chain.Log;
using Hoop.Audit.Chain.Sinks;
using Hoop.Audit.Export;
using Hoop.Audit.Integrity;
using Hoop.Audit.Storage;
using Hoop.ServiceDefaults.Identity;
using Hoop.ServiceDefaults.ObjectStorage;

namespace Hoop.Audit.Chain;

internal static class ChainExtensions
{
    public static void AddEvidenceLog(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IEvidenceSigner>(s => s.GetRequiredService<SigningKey>());
        builder.Services.AddSingleton<EvidenceLog>().AddSingleton<CheckpointDelivery>();
        builder.Services.AddSingleton<ICheckpointSink>(_ => new FileSink(
            builder.Configuration["Hoop:Audit:CheckpointFile"] is { Length: > 0 } path ? path : Path.Combine(builder.Configuration["Hoop:DataDirectory"] ?? ".", "checkpoints.jsonl")));
        if (S3Options.From(builder.Configuration.GetSection("Hoop:Audit:CheckpointS3")) is { } bucket)
            builder.Services.AddSingleton<ICheckpointSink>(s => new S3Sink(bucket, new S3Store(bucket, s.GetRequiredService<IHttpClientFactory>().CreateClient("s3"), s.GetRequiredService<TimeProvider>())));
        builder.Services.AddHttpClient(WebhookSink.HttpName).ConfigurePrimaryHttpMessageHandler(WebhookSink.Handler);
        foreach (var webhook in CheckpointWebhook.From(builder.Configuration))
            builder.Services.AddSingleton<ICheckpointSink>(s => new WebhookSink(webhook, s.GetRequiredService<IHttpClientFactory>(), s.GetRequiredService<TimeProvider>()));
        builder.Services.AddHealthChecks().AddCheck<SinkHealth>("checkpoints");
        builder.Services.AddIntegrity();
        builder.Services.AddHostedService<LogKeeper>();
        builder.Services.AddHostedService<SinkCouriers>();
    }

    public static void MapEvidenceLog(this WebApplication app)
    {
        // The newest signed tree head, for whoever watches the log: open to all, it says nothing of what is in it.
        app.MapGet("/api/log", async (EvidenceLog log, AuditDatabase database, CancellationToken cancel) =>
        {
            await using var connection = await database.OpenForAnswerAsync(cancel);
            return await log.HeadAsync(connection, cancel) is { } head ? Results.Ok(head) : Results.NoContent();
        }).AllowAnonymous();
        app.MapIntegrity();
        app.MapGet("/api/log/sinks", SinksAsync).RequireAuthorization(HoopPolicies.Principal);
    }

    private static async Task<List<SinkAnswer>> SinksAsync(IEnumerable<ICheckpointSink> sinks, CheckpointDelivery delivery, TimeProvider clock, CancellationToken cancel)
    {
        var answers = new List<SinkAnswer>();
        foreach (var sink in sinks)
            if (await delivery.StateAsync(sink, cancel) is var state)
                answers.Add(new SinkAnswer(state.Name, state.Size, state.Behind, state.Since, state.IsLate(clock.GetUtcNow())));
        return answers;
    }
}

/// <param name="Name"><c>file</c>, <c>s3</c> or <c>webhook:NAME</c>.</param>
/// <param name="Late">It has been behind for minutes: somebody has to look.</param>
internal sealed record SinkAnswer(string Name, long Size, long Behind, DateTimeOffset? Since, bool Late);
