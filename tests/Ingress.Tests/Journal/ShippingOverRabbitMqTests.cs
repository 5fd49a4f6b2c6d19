using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal;
using Hoop.ServiceDefaults;
using Hoop.Testing;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Journal;

/// <summary>The journal as Ingress wires it, over a real broker, to a stand-in for Audit.</summary>
public sealed class ShippingOverRabbitMqTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("hoop-ingress-").FullName;

    [Fact]
    public async Task Events_reach_audit_and_their_confirmation_empties_the_journal()
    {
        var rabbit = await (await RabbitMqServer.SharedAsync()).CreateVirtualHostAsync();
        var stored = new Stored();
        using var audit = await StartAsync(rabbit, host =>
        {
            host.Services.AddSingleton(stored);
            host.AddBus(bus => bus.AddConsumer<Store>());
        });
        using var ingress = await StartAsync(rabbit, host =>
        {
            host.Configuration["Hoop:DataDirectory"] = data;
            host.Services.AddJournal(host.Configuration, "i1");
            host.AddBus(bus => bus.AddJournalConsumers("i1"));
        });

        var session = new SessionJournal("s1", ingress.Services.GetRequiredService<IJournal>(), TimeProvider.System);
        await session.AppendAsync(EventKinds.SessionStarted, """{"target":"é"}""", Durability.Written);
        for (var i = 1; i <= 700; i++)
            await session.AppendAsync(EventKinds.OperationDecided, $$"""{"operation":{{i}}}""", Durability.Written);
        await session.AppendAsync(EventKinds.SessionEnded, "{}", Durability.Synced);

        var journal = ingress.Services.GetRequiredService<FileJournal>();
        await Eventually.TrueAsync(() => journal.BacklogBytes == 0, seconds: 40);
        var events = stored.Events.Distinct().OrderBy(e => e.Sequence).ToList();
        events.Count.ShouldBe(702);
        JournalRig.IsChained(events).ShouldBeTrue();
        stored.Batches.ShouldAllBe(b => b.ContentType == "application/vnd.hoop.events" && b.Expires >= TimeSpan.FromSeconds(5) && b.SaysFromWhere);
        await ingress.StopAsync();
        await audit.StopAsync();
    }

    [Fact]
    public async Task A_batch_that_audit_did_not_confirm_comes_again_as_it_was_and_stays_in_the_trace_that_sent_it()
    {
        var traces = new ConcurrentDictionary<ActivityTraceId, string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "MassTransit", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => traces.AddOrUpdate(activity.TraceId, activity.Kind.ToString(), (_, kinds) => $"{kinds} {activity.Kind}"),
        };
        ActivitySource.AddActivityListener(listener);
        var rabbit = await (await RabbitMqServer.SharedAsync()).CreateVirtualHostAsync();
        var stored = new Stored { Unconfirmed = 2 };
        using var audit = await StartAsync(rabbit, host =>
        {
            host.Services.AddSingleton(stored);
            host.AddBus(bus => bus.AddConsumer<Store>());
        });
        using var ingress = await StartAsync(rabbit, host =>
        {
            host.Configuration["Hoop:DataDirectory"] = data;
            host.Services.AddJournal(host.Configuration, "i1");
            host.Services.AddSingleton(new JournalOptions { Directory = Path.Combine(data, "journal"), ConfirmTimeout = TimeSpan.FromMilliseconds(500) });
            host.AddBus(bus => bus.AddJournalConsumers("i1"));
        });

        var session = new SessionJournal("s1", ingress.Services.GetRequiredService<IJournal>(), TimeProvider.System);
        await session.AppendAsync(EventKinds.SessionStarted, $$"""{"target":"{{new string('t', 200_000)}}"}""", Durability.Written);
        await session.AppendAsync(EventKinds.SessionEnded, "{}", Durability.Synced);
        await Eventually.TrueAsync(() => ingress.Services.GetRequiredService<FileJournal>().BacklogBytes == 0, seconds: 40);

        var first = stored.Batches.First();
        var again = stored.Batches.Where(b => b.Id == first.Id).ToList();
        again.Count.ShouldBeGreaterThan(1);
        again.ShouldAllBe(b => b.Bytes.SequenceEqual(first.Bytes));
        JournalRig.IsChained(stored.Events.Distinct().OrderBy(e => e.Sequence)).ShouldBeTrue();
        await ingress.StopAsync();
        await audit.StopAsync();
        stored.Batches.ShouldAllBe(b => traces[b.Trace].Contains("Producer") && traces[b.Trace].Contains("Consumer"));
    }

    public void Dispose() => Directory.Delete(data, recursive: true);

    private static async Task<IHost> StartAsync(string rabbit, Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:rabbitmq", rabbit)]);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddLogging(logging => logging.ClearProviders());
        configure(builder);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    public sealed class Stored
    {
        public ConcurrentQueue<JournalEvent> Events { get; } = [];
        public ConcurrentQueue<Received> Batches { get; } = [];

        /// <summary>So many batches get no answer.</summary>
        public int Unconfirmed { get; set; }
    }

    public sealed record Received(Guid Id, byte[] Bytes, string? ContentType, TimeSpan? Expires, bool SaysFromWhere, ActivityTraceId Trace);

    public sealed class Store(Stored stored) : IConsumer<RecordEvents>
    {
        public Task Consume(ConsumeContext<RecordEvents> context)
        {
            foreach (var e in EventBatch.Read(context.Message.Events))
                stored.Events.Enqueue(e.ToEvent());
            context.TryGetPayload<RabbitMqBasicConsumeContext>(out var broker);
            stored.Batches.Enqueue(new Received(
                context.Message.BatchId, context.Message.Events.ToArray(), context.ReceiveContext.ContentType?.MediaType, broker?.Properties.Expiration is { } after ? TimeSpan.FromMilliseconds(long.Parse(after, CultureInfo.InvariantCulture)) : null,
                context is { MessageId: not null, SourceAddress: not null, SentTime: not null }, Activity.Current?.TraceId ?? default));
            if (stored.Unconfirmed-- > 0)
                return Task.CompletedTask;
            return context.Publish(new EventsRecorded(context.Message.BatchId, context.Message.IngressId));
        }
    }
}
