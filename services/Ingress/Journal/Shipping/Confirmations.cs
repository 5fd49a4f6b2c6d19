using System.Collections.Concurrent;
using Hoop.Contracts.Audit;
using MassTransit;

namespace Hoop.Ingress.Journal.Shipping;

/// <summary>What Audit said it stored, until the shipper takes note.</summary>
internal sealed class Confirmations
{
    private readonly ConcurrentQueue<Guid> stored = new();

    /// <summary>Wakes the shipper.</summary>
    public Action? Arrived { get; set; }

    public void Add(Guid batchId)
    {
        stored.Enqueue(batchId);
        Arrived?.Invoke();
    }

    public bool TryTake(out Guid batchId) => stored.TryDequeue(out batchId);
}

/// <summary>Every Ingress hears all confirmations; each takes its own.</summary>
internal sealed class EventsRecordedConsumer(Confirmations confirmations, JournalIdentity identity) : IConsumer<EventsRecorded>
{
    public Task Consume(ConsumeContext<EventsRecorded> context)
    {
        if (context.Message.IngressId == identity.IngressId)
            confirmations.Add(context.Message.BatchId);
        return Task.CompletedTask;
    }
}

/// <param name="IngressId">This instance's name on the bus.</param>
internal sealed record JournalIdentity(string IngressId);
