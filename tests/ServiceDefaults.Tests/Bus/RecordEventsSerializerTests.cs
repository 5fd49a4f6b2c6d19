using System.Runtime.Serialization;
using Hoop.Contracts.Audit;
using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;
using Shouldly;
using Xunit;

namespace Hoop.ServiceDefaults.Tests.Bus;

public class RecordEventsSerializerTests
{
    private readonly RecordEventsSerializer serializer = new();
    private readonly byte[] events = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];

    [Fact]
    public void A_batch_is_sent_from_where_it_is() => BodyOf(Sent(events)).ShouldBeSameAs(events);

    [Fact]
    public void A_batch_that_is_received_says_what_was_sent()
    {
        var sent = Sent(events);
        var received = serializer.Deserialize(new MemoryMessageBody(BodyOf(sent)), sent.Headers);

        received.TryGetMessage<RecordEvents>(out var batch).ShouldBeTrue();
        (batch!.BatchId, batch.IngressId).ShouldBe((sent.Message.BatchId, sent.Message.IngressId));
        batch.Events.ShouldBe(events);
        (received.MessageId, received.ConversationId).ShouldBe((sent.MessageId, sent.ConversationId));
        (received.SourceAddress, received.FaultAddress, received.ResponseAddress).ShouldBe((sent.SourceAddress, sent.FaultAddress, sent.ResponseAddress));
        received.IsSupportedMessageType<RecordEvents>().ShouldBeTrue();
        received.TryGetMessage<EventsRecorded>(out _).ShouldBeFalse();
    }

    [Fact]
    public void A_body_of_nothing_is_an_empty_batch()
    {
        var sent = Sent([]);
        BodyOf(sent).ShouldBeEmpty();
        var received = serializer.Deserialize(new MemoryMessageBody(default), sent.Headers);
        received.TryGetMessage<RecordEvents>(out var batch).ShouldBeTrue();
        batch!.Events.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, "i1")]
    [InlineData("", "i1")]
    [InlineData("not an id", "i1")]
    [InlineData("2b1f1a52-6f0c-4a0e-9a39-6c2ad2a8e0d5", null)]
    public void Who_does_not_say_which_batch_it_is_and_whose_is_not_understood(string? batch, string? ingress)
    {
        var headers = new DictionarySendHeaders();
        if (batch is not null) headers.Set(RecordEventsSerializer.BatchHeader, batch);
        if (ingress is not null) headers.Set(RecordEventsSerializer.IngressHeader, ingress);

        Should.Throw<SerializationException>(() => serializer.Deserialize(new MemoryMessageBody(events), headers));
    }

    private byte[] BodyOf(SendContext<RecordEvents> sent) => serializer.GetMessageBody(sent).GetBytes();

    private static MessageSendContext<RecordEvents> Sent(byte[] events) => new(new RecordEvents(Guid.NewGuid(), "ingress-\u00e9", events))
    {
        ConversationId = Guid.NewGuid(),
        SourceAddress = new Uri("rabbitmq://localhost/source"),
        FaultAddress = new Uri("rabbitmq://localhost/faults"),
        ResponseAddress = new Uri("rabbitmq://localhost/answers"),
    };
}
