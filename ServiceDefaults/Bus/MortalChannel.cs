using MassTransit;
using MassTransit.Middleware;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Hoop.ServiceDefaults;

/// <summary>
/// A channel whose calls end when it does. RabbitMQ.Client before 7.2.2 forgets a call that waits for its turn when the channel goes: it never ends,
/// whatever its token says (rabbitmq-dotnet-client, issue 1976), and the queue that was being declared is not consumed again.
/// </summary>
internal sealed class MortalChannel : ScopePipeContext, ChannelContext
{
    private readonly ChannelContext _inner;
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal MortalChannel(ChannelContext inner) : base(inner)
    {
        _inner = inner;
        inner.Channel.ChannelShutdownAsync += (_, reason) =>
        {
            _gone.TrySetException(new OperationInterruptedException(reason));
            return Task.CompletedTask;
        };
        // It may have gone before anybody listened.
        if (inner.Channel.CloseReason is { } closed) _gone.TrySetException(new OperationInterruptedException(closed));
    }

    public IChannel Channel => _inner.Channel;

    public ConnectionContext ConnectionContext => _inner.ConnectionContext;

    public Task BasicPublishAsync(
        string exchange, string routingKey, bool mandatory, BasicProperties basicProperties, byte[] body, bool awaitAck, CancellationToken cancellationToken) =>
        EndingAsync(_inner.BasicPublishAsync(exchange, routingKey, mandatory, basicProperties, body, awaitAck, cancellationToken));

    public Task ExchangeBind(string destination, string source, string routingKey, IDictionary<string, object> arguments, CancellationToken cancellationToken) =>
        EndingAsync(_inner.ExchangeBind(destination, source, routingKey, arguments, cancellationToken));

    public Task ExchangeDeclare(
        string exchange, string type, bool durable, bool autoDelete, IDictionary<string, object> arguments, CancellationToken cancellationToken) =>
        EndingAsync(_inner.ExchangeDeclare(exchange, type, durable, autoDelete, arguments, cancellationToken));

    public Task ExchangeDeclarePassive(string exchange, CancellationToken cancellationToken) =>
        EndingAsync(_inner.ExchangeDeclarePassive(exchange, cancellationToken));

    public Task QueueBind(string queue, string exchange, string routingKey, IDictionary<string, object> arguments, CancellationToken cancellationToken) =>
        EndingAsync(_inner.QueueBind(queue, exchange, routingKey, arguments, cancellationToken));

    public Task<QueueDeclareOk> QueueDeclare(
        string queue, bool durable, bool exclusive, bool autoDelete, IDictionary<string, object> arguments, CancellationToken cancellationToken) =>
        EndingAsync(_inner.QueueDeclare(queue, durable, exclusive, autoDelete, arguments, cancellationToken));

    public Task<QueueDeclareOk> QueueDeclarePassive(string queue, CancellationToken cancellationToken) =>
        EndingAsync(_inner.QueueDeclarePassive(queue, cancellationToken));

    public Task<uint> QueuePurge(string queue, CancellationToken cancellationToken) => EndingAsync(_inner.QueuePurge(queue, cancellationToken));

    public Task BasicQos(uint prefetchSize, ushort prefetchCount, bool global, CancellationToken cancellationToken) =>
        EndingAsync(_inner.BasicQos(prefetchSize, prefetchCount, global, cancellationToken));

    // These two wait for nobody's turn.
    public ValueTask BasicAck(ulong deliveryTag, bool multiple, CancellationToken cancellationToken) => _inner.BasicAck(deliveryTag, multiple, cancellationToken);

    public Task BasicNack(ulong deliveryTag, bool multiple, bool requeue, CancellationToken cancellationToken) =>
        _inner.BasicNack(deliveryTag, multiple, requeue, cancellationToken);

    /// <summary>The consumer has heard that it is one: whoever waits for that afterwards does not wait for a channel that has gone.</summary>
    public async Task<string> BasicConsume(
        string queue, bool noAck, bool exclusive, IDictionary<string, object> arguments, IAsyncBasicConsumer consumer, string consumerTag, CancellationToken cancellationToken)
    {
        var tag = await EndingAsync(_inner.BasicConsume(queue, noAck, exclusive, arguments, consumer, consumerTag, cancellationToken));
        if (consumer is IAgent agent) await EndingAsync(agent.Ready);
        return tag;
    }

    public Task BasicCancel(string consumerTag, CancellationToken cancellationToken) => EndingAsync(_inner.BasicCancel(consumerTag, cancellationToken));

    public void NotifyFaulted(Exception exception, Uri inputAddress) => _inner.NotifyFaulted(exception, inputAddress);

    private async Task EndingAsync(Task call) => await await Task.WhenAny(call, _gone.Task);

    private async Task<T> EndingAsync<T>(Task<T> call)
    {
        await EndingAsync((Task)call);
        return await call;
    }
}

/// <summary>Puts <see cref="MortalChannel"/> before everything that a receive endpoint does on its channel, on the endpoint of answers too.</summary>
internal sealed class MortalChannels : IEndpointConfigurationObserver, IFilter<ChannelContext>
{
    public void EndpointConfigured<T>(T configurator) where T : IReceiveEndpointConfigurator
    {
        if (configurator is IRabbitMqReceiveEndpointConfigurator endpoint) endpoint.ConfigureChannel(channel => channel.UseFilter(this));
    }

    public Task Send(ChannelContext context, IPipe<ChannelContext> next) => next.Send(new MortalChannel(context));

    public void Probe(ProbeContext context) => context.CreateFilterScope("mortalChannel");
}
