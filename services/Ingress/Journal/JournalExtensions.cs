using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal.Shipping;
using Hoop.ServiceDefaults;
using MassTransit;

namespace Hoop.Ingress.Journal;

internal static class JournalExtensions
{
    /// <summary>The journal in <c>Hoop:DataDirectory</c>/journal and its shipping to Audit. Goes with <see cref="AddJournalConsumers"/> on the bus.</summary>
    internal static IServiceCollection AddJournal(this IServiceCollection services, IConfiguration configuration, string ingressId)
    {
        services.AddSingleton(JournalOptions.From(configuration));
        services.AddSingleton(new JournalIdentity(ingressId));
        services.AddSingleton(s => FileJournal.Open(
            s.GetRequiredService<JournalOptions>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<FileJournal>>()));
        services.AddSingleton<IJournal>(s => s.GetRequiredService<FileJournal>());
        services.AddSingleton<Confirmations>();
        services.AddSingleton<PublishBatch>(s => s.GetRequiredService<IBus>().PublishBatchAsync);
        services.AddHostedService<JournalShipper>();
        services.AddHealthChecks().AddCheck<JournalHealth>("journal");
        return services;
    }

    /// <summary>Confirmations come on a queue of this process alone; one that is lost is asked for again.</summary>
    internal static void AddJournalConsumers(this IBusRegistrationConfigurator bus, string ingressId) =>
        bus.AddOwnQueueConsumer<EventsRecordedConsumer>($"ingress-{ingressId}-journal");

    private static Task PublishBatchAsync(this IBus bus, RecordEvents batch, TimeSpan timeToLive, CancellationToken cancel) =>
        bus.Publish(batch, context => context.TimeToLive = timeToLive, cancel).Until(cancel);
}
