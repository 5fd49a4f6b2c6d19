using System.Reflection;
using MassTransit.Middleware;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Shouldly;
using Xunit;

namespace Hoop.ServiceDefaults.Tests.Bus;

/// <summary>The broker's client may forget calls on a channel that goes: see <see cref="MortalChannel"/>.</summary>
public class MortalChannelTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_forgotten_call_ends_with_its_channel()
    {
        var (context, channel, client) = Broken.Create();
        client.Answer = new TaskCompletionSource().Task;
        var call = ((ChannelContext)new MortalChannel(context)).ExchangeDeclare("e", "fanout", true, false, null!, CancellationToken.None);
        call.IsCompleted.ShouldBeFalse();

        await channel.EndAsync();

        await Should.ThrowAsync<OperationInterruptedException>(() => call.WaitAsync(Soon));
    }

    [Fact]
    public async Task A_call_on_a_channel_that_has_gone_ends_at_once()
    {
        var (context, channel, client) = Broken.Create();
        client.Answer = new TaskCompletionSource().Task;
        await channel.EndAsync();

        await Should.ThrowAsync<OperationInterruptedException>(() => new MortalChannel(context).BasicQos(0, 1, false, CancellationToken.None).WaitAsync(Soon));
    }

    [Fact]
    public async Task What_the_broker_says_is_what_the_caller_hears()
    {
        var (context, _, client) = Broken.Create();
        var mortal = new MortalChannel(context);
        client.Answer = Task.FromResult(new QueueDeclareOk("q", 7, 1));
        (await mortal.QueueDeclare("q", true, false, false, null!, CancellationToken.None)).MessageCount.ShouldBe(7u);

        client.Answer = Task.FromException<QueueDeclareOk>(new InvalidOperationException("no such thing"));
        (await Should.ThrowAsync<InvalidOperationException>(() => mortal.QueueDeclare("q", true, false, false, null!, CancellationToken.None)))
            .Message.ShouldBe("no such thing");
    }

    [Fact]
    public async Task A_consumer_that_never_hears_of_itself_ends_with_its_channel()
    {
        var (context, channel, client) = Broken.Create();
        client.Answer = Task.FromResult("tag");
        var consume = new MortalChannel(context).BasicConsume("q", false, false, null!, new DeafConsumer(channel.Channel), "", CancellationToken.None);

        await channel.EndAsync();

        await Should.ThrowAsync<OperationInterruptedException>(() => consume.WaitAsync(Soon));
    }

    /// <summary>Its <c>Ready</c> never comes.</summary>
    private sealed class DeafConsumer(IChannel channel) : Agent, IAsyncBasicConsumer
    {
        public IChannel Channel => channel;

        public Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task HandleBasicConsumeOkAsync(string consumerTag, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body,
            CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason) => Task.CompletedTask;
    }

    /// <summary>MassTransit's channel whose calls answer as told, above one of the client's.</summary>
    public class Broken : DispatchProxy
    {
        private IChannel _channel = null!;

        public Task Answer { get; set; } = Task.CompletedTask;

        internal static (ChannelContext Context, Ending Channel, Broken Client) Create()
        {
            var context = Create<ChannelContext, Broken>();
            var client = (Broken)(object)context;
            client._channel = DispatchProxy.Create<IChannel, Ending>();
            return (context, (Ending)(object)client._channel, client);
        }

        protected override object? Invoke(MethodInfo? method, object?[]? args) => method!.Name switch
        {
            "get_Channel" => _channel,
            "get_CancellationToken" => CancellationToken.None,
            _ => Answer,
        };
    }

    /// <summary>A channel of the client's that can end.</summary>
    public class Ending : DispatchProxy
    {
        private AsyncEventHandler<ShutdownEventArgs>? _ended;
        private ShutdownEventArgs? _reason;

        internal IChannel Channel => (IChannel)(object)this;

        internal async Task EndAsync()
        {
            _reason = new ShutdownEventArgs(ShutdownInitiator.Library, 541, "Connection reset by peer");
            if (_ended is not null) await _ended(this, _reason);
        }

        protected override object? Invoke(MethodInfo? method, object?[]? args)
        {
            if (method!.Name == "get_CloseReason") return _reason;
            if (method.Name != "add_ChannelShutdownAsync") throw new NotSupportedException(method.Name);
            _ended += (AsyncEventHandler<ShutdownEventArgs>)args![0]!;
            return null;
        }
    }
}
