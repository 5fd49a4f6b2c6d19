using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Hoop.Ingress.Transport;

/// <summary>An endpoint whose sessions live on event loops.</summary>
internal sealed class LoopEndPoint(IPEndPoint endpoint) : IPEndPoint(endpoint.Address, endpoint.Port);

/// <summary>Kestrel's way to the loops: it binds <see cref="LoopEndPoint"/>s and leaves every other endpoint to the standard sockets.</summary>
internal sealed class LoopTransport(EventLoops loops, TimeProvider clock, ILogger<LoopTransport> logger) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is LoopEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new LoopListener((LoopEndPoint)endpoint, loops, clock, logger));
}

internal static class TransportExtensions
{
    /// <param name="count">How many, once the services are there.</param>
    public static void AddEventLoops(this IServiceCollection services, Func<IServiceProvider, int> count)
    {
        services.AddSingleton(provider => new EventLoops(count(provider), provider.GetRequiredService<ILogger<EventLoops>>()));
        services.AddSingleton<IConnectionListenerFactory, LoopTransport>();
    }

    /// <summary>Listens with event loops, where the system has them; else, or when asked not to, with the standard sockets.</summary>
    public static void ListenOnLoops(this KestrelServerOptions kestrel, IPEndPoint endpoint, bool loops, Action<ListenOptions> configure)
    {
        if (!loops || !EventLoops.Supported)
        {
            kestrel.Listen(endpoint, configure);
            return;
        }

        kestrel.Listen(new LoopEndPoint(endpoint), listen =>
        {
            // A session's code begins on its loop, and every await brings it back there.
            listen.Use(next => connection => connection is LoopConnection { Loop: var loop } ? loop.RunAsync(() => next(connection)) : next(connection));
            configure(listen);
        });
    }
}
