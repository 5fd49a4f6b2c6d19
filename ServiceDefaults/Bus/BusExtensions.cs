using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hoop.ServiceDefaults;

/// <summary>MassTransit on RabbitMQ, the same everywhere.</summary>
public static class BusExtensions
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <param name="configure">Consumers, sagas, request clients.</param>
    /// <param name="endpoints">Extra endpoint configuration, before <c>ConfigureEndpoints</c>.</param>
    public static void AddBus(
        this IHostApplicationBuilder builder,
        Action<IBusRegistrationConfigurator> configure,
        Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator>? endpoints = null)
    {
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.SetKebabCaseEndpointNameFormatter();
            configure(bus);
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.Host(new Uri(builder.Configuration.RequireConnectionString("rabbitmq")), host =>
                {
                    host.PublisherConfirmation = true;
                    var broker = new BrokerReachable(context.GetRequiredService<ILogger<BrokerReachable>>(), context.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
                    host.OnRefreshConnectionFactory = broker.WaitAsync;
                });
                rabbit.UseMessageRetry(retry => retry.Exponential(5, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(200)));
                rabbit.ConnectEndpointConfigurationObserver(new MortalChannels());
                RecordEventsSerializer.Use(rabbit);
                endpoints?.Invoke(context, rabbit);
                rabbit.ConfigureEndpoints(context);
            });
        });
        // A broker that is down must not keep a service from starting: reading goes on, the journal grows.
        builder.Services.Configure<MassTransitHostOptions>(options =>
        {
            options.WaitUntilStarted = false;
            // What is in work when the line to the broker breaks, or at a stop, has this long before it is cancelled. No StopTimeout: a queue
            // whose consumer exceeds it after a broken line would never be consumed again.
            options.ConsumerStopTimeout = TimeSpan.FromSeconds(3);
        });
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(8));
    }

    /// <summary>
    /// Ends when the token says so, even where the broker's client has forgotten the call: see <see cref="MortalChannel"/>. The message may
    /// have been sent or not.
    /// </summary>
    public static Task Until(this Task sent, CancellationToken cancel) => sent.WaitAsync(cancel);

    /// <summary>
    /// Asks and waits for the answer, no longer than <paramref name="patience"/>. A broker that is away is waited for first, until this process' own queues are there again, that of
    /// answers among them: an answer that comes before finds nobody. Without an answer in time, the question may have been heard or not.
    /// </summary>
    /// <exception cref="RequestException">No answer in time; or the other side failed.</exception>
    public static async Task<TAnswer> AskAsync<TQuestion, TAnswer>(this IBusControl bus, TQuestion question, TimeSpan patience, CancellationToken cancel)
        where TQuestion : class where TAnswer : class
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(patience);
        try
        {
            for (var begun = TimeProvider.System.GetTimestamp(); !IsReady(TimeProvider.System.GetElapsedTime(begun) > patience / 2);)
                await Task.Delay(Look, TimeProvider.System, deadline.Token);
            // Not on the caller's thread: a line that breaks at this moment holds the client up before its first await.
            var asked = Task.Run(() => bus.CreateRequestClient<TQuestion>(RequestTimeout.After(ms: (int)patience.TotalMilliseconds)).GetResponse<TAnswer>(question, deadline.Token), deadline.Token);
            return (await asked.WaitAsync(deadline.Token)).Message;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new RequestTimeoutException(typeof(TQuestion).Name);
        }

        // One queue that can not be had for good must not keep everybody from asking.
        bool IsReady(bool nearly) => bus.CheckHealth().Status is var status && (status == BusHealthStatus.Healthy || status == BusHealthStatus.Degraded && nearly);
    }

    /// <summary>A consumer on a queue of this process alone, gone with it: every process hears what is published.</summary>
    /// <param name="name">What the queue's name begins with; the consumer's own name when null.</param>
    public static void AddOwnQueueConsumer<T>(this IBusRegistrationConfigurator bus, string? name = null) where T : class, IConsumer =>
        bus.AddConsumer<T>().Endpoint(endpoint =>
        {
            var process = Guid.NewGuid().ToString("n");
            if (name is null) endpoint.InstanceId = process;
            else endpoint.Name = $"{name}-{process}";
            endpoint.Temporary = true;
        });
}
