using Hoop.Testing;
using RabbitMQ.Client;
using Shouldly;
using Xunit;

namespace Hoop.Approval.Tests.Rigs;

public sealed class RabbitMqServerTests
{
    [Fact]
    public async Task Virtual_hosts_share_nothing()
    {
        var server = await RabbitMqServer.SharedAsync();
        await using var one = await ConnectAsync(await server.CreateVirtualHostAsync());
        await using var other = await ConnectAsync(await server.CreateVirtualHostAsync());

        await using var channel = await one.CreateChannelAsync();
        await channel.QueueDeclareAsync("q", durable: false, exclusive: false);

        await using var stranger = await other.CreateChannelAsync();
        await Should.ThrowAsync<RabbitMQ.Client.Exceptions.OperationInterruptedException>(() => stranger.QueueDeclarePassiveAsync("q"));
    }

    private static Task<IConnection> ConnectAsync(string uri) =>
        new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync();
}
