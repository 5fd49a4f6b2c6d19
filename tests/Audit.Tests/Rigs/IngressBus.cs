using System.Threading.Channels;
using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults;
using MassTransit;
using RabbitMQ.Client;

namespace Hoop.Audit.Tests.Rigs;

/// <summary>What an Ingress is to Audit: it publishes batches and hears confirmations.</summary>
internal sealed class IngressBus(IBusControl bus, string rabbitMq, Channel<EventsRecorded> confirmed) : IAsyncDisposable
{
    public const string Raw = RecordEventsSerializer.MediaType;

    public static async Task<IngressBus> StartAsync(string rabbitMq)
    {
        var confirmed = Channel.CreateUnbounded<EventsRecorded>();
        var bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(new Uri(rabbitMq));
            RecordEventsSerializer.Use(rabbit);
            rabbit.ReceiveEndpoint(new TemporaryEndpointDefinition(), endpoint =>
                endpoint.Handler<EventsRecorded>(context => confirmed.Writer.WriteAsync(context.Message).AsTask()));
        });
        await bus.StartAsync();
        return new IngressBus(bus, rabbitMq, confirmed);
    }

    /// <summary>Publishes and waits for the confirmation of this batch.</summary>
    public async Task<EventsRecorded> SendAsync(RecordEvents batch)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await bus.Publish(batch, limit.Token);
        return await ConfirmedAsync(batch.BatchId);
    }

    public async Task<EventsRecorded> ConfirmedAsync(Guid batch)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (await confirmed.Reader.ReadAsync(limit.Token) is var recorded && recorded.BatchId == batch)
                return recorded;
        }
    }

    /// <summary>A message as somebody may have put it to where batches are published.</summary>
    public async Task PublishRawAsync(string contentType, Dictionary<string, object?>? headers, byte[] body)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(rabbitMq) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.BasicPublishAsync("Hoop.Contracts.Audit:RecordEvents", "", mandatory: false, new BasicProperties { ContentType = contentType, Headers = headers }, body);
    }

    public async ValueTask DisposeAsync() => await bus.StopAsync();
}
