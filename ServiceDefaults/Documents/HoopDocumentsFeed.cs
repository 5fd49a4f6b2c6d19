using Hoop.Contracts.Documents;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hoop.ServiceDefaults.Documents;

public static class HoopDocumentsExtensions
{
    /// <summary>Keeps <see cref="HoopDocuments"/> fresh: at start, on <see cref="PolicyActivated"/> (when the bus has <see cref="PolicyActivatedConsumer"/>), and every 5 s as a fallback.</summary>
    public static void AddHoopDocuments(this IHostApplicationBuilder builder)
    {
        var directory = builder.Configuration["Hoop:DataDirectory"];
        builder.Services.AddSingleton<HoopDocuments>();
        builder.Services.AddSingleton(provider => new DocumentCache<HoopDocument>(
            provider.GetRequiredService<IHttpClientFactory>(), "policy", "/documents/current",
            directory is null ? null : Path.Combine(directory, "policy.json")));
        builder.Services.AddSingleton<HoopDocumentsFeed>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<HoopDocumentsFeed>());
    }

    /// <summary>Adds the consumer that wakes the feed, on a queue of this process alone.</summary>
    public static void AddPolicyActivatedConsumer(this IBusRegistrationConfigurator bus) => bus.AddOwnQueueConsumer<PolicyActivatedConsumer>();
}

public sealed class PolicyActivatedConsumer(HoopDocumentsFeed feed) : IConsumer<PolicyActivated>
{
    public Task Consume(ConsumeContext<PolicyActivated> context) => feed.RefreshAsync(context.CancellationToken);
}

public sealed partial class HoopDocumentsFeed(
    HoopDocuments documents, DocumentCache<HoopDocument> cache, TimeProvider clock, ILogger<HoopDocumentsFeed> logger) : BackgroundService
{
    private readonly SemaphoreSlim refreshing = new(1, 1);

    /// <exception cref="HttpRequestException">Policy does not answer; the current document stays.</exception>
    public async Task RefreshAsync(CancellationToken cancel)
    {
        await refreshing.WaitAsync(cancel);
        try
        {
            if (await cache.PullAsync(cancel) is not { } document) return;
            if (documents.Current?.Version == document.Version && documents.Current.Digest == document.Digest) return;
            documents.Set(document);
            LogActivated(document.Version, document.Digest);
            if (!cache.TryKeepLastGood(document, out var why)) LogNotKept(document.Version, why);
        }
        finally
        {
            refreshing.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (cache.ReadLastGood() is { } lastGood) documents.Set(lastGood);
        var unreachable = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(stoppingToken);
                unreachable = false;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !stoppingToken.IsCancellationRequested)
            {
                if (!unreachable) LogUnreachable(e.Message, documents.Current?.Version);
                unreachable = true;
            }
            await Task.Delay(TimeSpan.FromSeconds(documents.Current is null ? 0.25 : 5), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(1001, LogLevel.Information, "Policy version {Version} ({Digest}) is in force")]
    private partial void LogActivated(long version, string digest);

    [LoggerMessage(1002, LogLevel.Warning, "Policy does not answer ({Error}); version {Version} stays in force")]
    private partial void LogUnreachable(string error, long? version);

    [LoggerMessage(1003, LogLevel.Error, "Version {Version} is in force but could not be kept on disk ({Error}); a restart without Policy would begin with an older one: free or repair the disk")]
    private partial void LogNotKept(long version, string error);
}
