using System.Net;
using System.Net.Sockets;
using Hoop.Ingress.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hoop.Ingress.Tests.Transport;

/// <summary>Loops, a listener on a free port of theirs, and plain sockets as its clients.</summary>
internal sealed class LoopRig : IAsyncDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly LoopListener listener;

    internal LoopRig(int loops = 2)
    {
        Loops = new EventLoops(loops, NullLogger.Instance);
        listener = new LoopListener(new IPEndPoint(IPAddress.Loopback, 0), Loops, TimeProvider.System, NullLogger.Instance);
    }

    internal EventLoops Loops { get; }
    internal IPEndPoint Endpoint => (IPEndPoint)listener.EndPoint;

    internal async Task<LoopConnection> AcceptAsync() => (LoopConnection)(await listener.AcceptAsync().AsTask().WaitAsync(Patience))!;

    /// <summary>Both ends of a connection.</summary>
    internal async Task<(LoopConnection Server, Socket Client)> ConnectAsync()
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(Endpoint);
        return (await AcceptAsync(), client);
    }

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        Loops.Dispose();
    }
}
