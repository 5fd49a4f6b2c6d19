using System.Buffers;
using Hoop.Contracts.Audit;
using Hoop.Testing;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Hoop.ServiceDefaults.Tests.Bus;

/// <summary>Over a real broker.</summary>
public class ReceivedBatchTests
{
    private const int Length = 1_000_000;

    [Fact]
    public async Task A_batch_stays_as_it_came_until_its_consumer_returns_even_when_the_line_breaks_meanwhile()
    {
        var server = await RabbitMqServer.SharedAsync();
        var direct = await server.CreateVirtualHostAsync();
        await using var line = new CuttableLine(server.Port);
        var work = new Work();
        using var ingress = await StartAsync(direct, new Work(), _ => { });
        using var audit = await StartAsync(new UriBuilder(direct) { Port = line.Port }.Uri.ToString(), work, bus => bus.AddConsumer<Reader>());
        await Eventually.TrueAsync(() => audit.Services.GetRequiredService<IBusControl>().CheckHealth().Status == BusHealthStatus.Healthy);

        byte[] sent = [.. Enumerable.Range(0, Length).Select(i => (byte)i)];
        await ingress.Services.GetRequiredService<IBus>().Publish(new RecordEvents(Guid.NewGuid(), "i1", sent), TestContext.Current.CancellationToken);
        await work.Begun.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        line.Cut();
        await work.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await UseEveryFreeArrayAsync();
        work.Go.SetResult();

        (await work.Read.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).ShouldBe(sent);
        await audit.StopAsync(TestContext.Current.CancellationToken);
        await ingress.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>As whoever comes next would, on whatever thread.</summary>
    private static Task UseEveryFreeArrayAsync()
    {
        var (threads, all) = (6, new CountdownEvent(6));
        return Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(() =>
        {
            all.Signal();
            all.Wait(TimeSpan.FromSeconds(10));
            for (var i = 0; i < 4; i++)
                ArrayPool<byte>.Shared.Rent(Length).AsSpan().Fill(0xEE);
        })));
    }

    private static async Task<IHost> StartAsync(string rabbit, Work work, Action<IBusRegistrationConfigurator> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:rabbitmq", rabbit)]);
        builder.Services.AddLogging(logging => logging.ClearProviders());
        builder.Services.AddSingleton(work);
        builder.AddBus(configure);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    public sealed class Work
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource<byte[]> Read { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public sealed class Reader(Work work) : IConsumer<RecordEvents>
    {
        public async Task Consume(ConsumeContext<RecordEvents> context)
        {
            using var cancelled = context.CancellationToken.Register(() => work.Cancelled.TrySetResult());
            work.Begun.TrySetResult();
            await work.Go.Task;
            work.Read.TrySetResult(context.Message.Events.ToArray());
        }
    }
}
