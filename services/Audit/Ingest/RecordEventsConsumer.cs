using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults;
using MassTransit;

namespace Hoop.Audit.Ingest;

/// <summary>Stores what an Ingress journalled and says so. The confirmation lets the Ingress delete its own copy, so it follows the commit.</summary>
internal sealed class RecordEventsConsumer(EventStore store, ProcessPriority priority, TimeProvider time, ILogger<RecordEventsConsumer> logger) : IConsumer<RecordEvents>
{
    public async Task Consume(ConsumeContext<RecordEvents> context)
    {
        var events = EventBatch.Read(context.Message.Events);
        await store.StoreAsync(context.Message.IngressId, events, context.CancellationToken);
        if (events.Count > 0 && time.GetUtcNow() - events[^1].At is var age && priority.Stored(age))
            logger.NoLongerGivesWay(age.TotalSeconds);
        await context.Publish(new EventsRecorded(context.Message.BatchId, context.Message.IngressId), context.CancellationToken).Until(context.CancellationToken);
    }
}

/// <summary>One batch at a time, so that a session's events arrive in order. A batch that fails is dropped: its Ingress still has it and sends it again.</summary>
internal sealed class RecordEventsDefinition : ConsumerDefinition<RecordEventsConsumer>
{
    public RecordEventsDefinition() => ConcurrentMessageLimit = 1;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<RecordEventsConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 4;
        endpointConfigurator.PublishFaults = false;
        endpointConfigurator.DiscardFaultedMessages();
    }
}
