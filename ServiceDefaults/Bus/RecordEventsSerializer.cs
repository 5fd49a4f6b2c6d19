using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using System.Runtime.Serialization;
using Hoop.Contracts.Audit;
using MassTransit;
using MassTransit.Serialization;

namespace Hoop.ServiceDefaults;

/// <summary>
/// <see cref="RecordEvents"/> on its way: the body is the batch, byte for byte, and everything else is in the headers. As JSON it would be base64: a third larger through the broker, and
/// unwrapping it cost Audit about as much as checking what is in it. Every other message is JSON, and so may this one be: an Ingress of a version before sends it so.
/// </summary>
internal sealed class RecordEventsSerializer : RawMessageSerializer, ISerializerFactory, IMessageSerializer, IMessageDeserializer
{
    internal const string MediaType = "application/vnd.hoop.events";
    internal const string BatchHeader = "Hoop-Batch", IngressHeader = "Hoop-Ingress";

    public ContentType ContentType { get; } = new(MediaType);

    /// <summary>The same for who sends such batches and who receives them.</summary>
    public static void Use(IRabbitMqBusFactoryConfigurator bus)
    {
        var serializer = new RecordEventsSerializer();
        bus.AddSerializer(serializer, isSerializer: false);
        bus.AddDeserializer(serializer);
        bus.Send<RecordEvents>(topology => topology.UseSerializer(serializer.ContentType));
    }

    public IMessageSerializer CreateSerializer() => this;

    public IMessageDeserializer CreateDeserializer() => this;

    public MessageBody GetMessageBody<T>(SendContext<T> context) where T : class
    {
        if (context.Message is not RecordEvents batch)
            throw new SerializationException($"{MediaType} is for batches of events, not for {typeof(T).Name}.");
        SetRawMessageHeaders(context);
        context.Headers.Set(BatchHeader, batch.BatchId.ToString());
        context.Headers.Set(IngressHeader, batch.IngressId);
        return new BytesMessageBody(batch.Events);
    }

    public ConsumeContext Deserialize(ReceiveContext receiveContext) =>
        new BodyConsumeContext(receiveContext, Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress));

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null)
    {
        if (!Guid.TryParse(headers.Get<string>(BatchHeader), out var id) || headers.Get<string>(IngressHeader) is not { } ingress)
            throw new SerializationException("A batch of events does not say which one it is, or whose.");
        return new Received(this, new RecordEvents(id, ingress, body.GetBytes()), new RawMessageContext(headers, destinationAddress, RawSerializerOptions.Default));
    }

    public MessageBody GetMessageBody(string text) => throw new NotSupportedException();

    public void Probe(ProbeContext context) => context.CreateScope("events").Add("contentType", MediaType);

    private sealed class Received(RecordEventsSerializer serializer, RecordEvents batch, MessageContext context)
        : BaseSerializerContext(SystemTextJsonMessageSerializer.Instance, context, [MessageUrn.ForTypeString<RecordEvents>()])
    {
        public override bool TryGetMessage<T>(out T? message) where T : class => (message = batch as T) is not null;

        public override bool TryGetMessage(Type messageType, [NotNullWhen(true)] out object? message) => (message = messageType.IsInstanceOfType(batch) ? batch : null) is not null;

        public override IMessageSerializer GetMessageSerializer() => serializer;

        public override IMessageSerializer GetMessageSerializer<T>(MessageEnvelope envelope, T message) => serializer;

        public override IMessageSerializer GetMessageSerializer(object message, string[] messageTypes) => serializer;

        public override Dictionary<string, object> ToDictionary<T>(T? message) where T : class => throw new NotSupportedException();
    }
}
