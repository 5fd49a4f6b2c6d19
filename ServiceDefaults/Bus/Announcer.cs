using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hoop.ServiceDefaults;

/// <summary>
/// Publishes a fact until the broker has it, the newest only. A broker that is down delays nobody: for facts whose receivers also ask
/// by themselves.
/// </summary>
public sealed partial class Announcer<T>(IBus bus, TimeProvider clock, ILogger<Announcer<T>> logger) : BackgroundService where T : class
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Channel<T> pending = Channel.CreateBounded<T>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    public void Announce(T fact) => pending.Writer.TryWrite(fact);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var fact in pending.Reader.ReadAllAsync(stoppingToken))
        {
            while (!await TryPublishAsync(fact, stoppingToken))
            {
                await Task.Delay(TimeSpan.FromSeconds(1), clock, stoppingToken);
                if (pending.Reader.TryPeek(out _)) break;
            }
        }
    }

    private async Task<bool> TryPublishAsync(T fact, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, patience.Token);
        try
        {
            await bus.Publish(fact, either.Token).Until(either.Token);
            return true;
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogNotAnnounced(typeof(T).Name, e.Message);
            return false;
        }
    }

    [LoggerMessage(1010, LogLevel.Warning, "{Fact} could not be announced ({Error}); trying again")]
    private partial void LogNotAnnounced(string fact, string error);
}

public static class AnnouncerExtensions
{
    public static void AddAnnouncer<T>(this IHostApplicationBuilder builder) where T : class
    {
        builder.Services.AddSingleton<Announcer<T>>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<Announcer<T>>());
    }
}
