using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Hoop.Ingress.Transport;

/// <summary>Accepts connections on the first loop and gives each to the loop with the fewest.</summary>
internal sealed class LoopListener : IConnectionListener, IReadiness
{
    private const int Backlog = 512;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Channel<ConnectionContext> accepted = Channel.CreateUnbounded<ConnectionContext>(new() { SingleReader = true });
    private readonly EventLoops loops;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Socket socket;
    private readonly int descriptor;
    private bool closed;

    /// <exception cref="AddressInUseException">Somebody else listens there.</exception>
    internal LoopListener(IPEndPoint endpoint, EventLoops loops, TimeProvider clock, ILogger logger)
    {
        (this.loops, this.clock, this.logger) = (loops, clock, logger);
        socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            socket.Bind(endpoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new AddressInUseException(e.Message, e);
        }

        socket.Listen(Backlog);
        (EndPoint, descriptor) = (socket.LocalEndPoint!, (int)socket.Handle);
        loops.First.Post(_ => loops.First.Watch(descriptor, this), null);
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await accepted.Reader.WaitToReadAsync(cancellationToken))
            if (accepted.Reader.TryRead(out var connection)) return connection;
        return null;
    }

    void IReadiness.Ready(uint bits) => AcceptAll();

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await loops.First.RunAsync(() =>
        {
            Close();
            return Task.CompletedTask;
        });
        accepted.Writer.TryComplete();
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        while (accepted.Reader.TryRead(out var connection)) await connection.DisposeAsync();
    }

    private unsafe void AcceptAll()
    {
        while (!closed)
        {
            var client = Native.Accept(descriptor, null, null, Native.CloseOnExec | Native.NonBlocking);
            if (client >= 0)
            {
                Take(client);
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Native.Again: return;
                case Native.TooManyFiles or Native.TooManyFilesInSystem or Native.NoBuffers or Native.NoMemory:
                    logger.AcceptFailed(Marshal.GetLastPInvokeErrorMessage());
                    _ = RetryAsync();
                    return;
                // Of one connection only, such as ECONNABORTED: the next may be well.
            }
        }
    }

    private void Take(int client)
    {
        var connection = new Socket(new SafeSocketHandle(client, ownsHandle: true));
        try
        {
            connection.NoDelay = true;
            accepted.Writer.TryWrite(new LoopConnection(loops.Next(), connection, clock));
        }
        catch (SocketException)
        {
            // It left before it was looked at.
            connection.Dispose();
        }
    }

    // The kernel tells of a connection once: nobody would tell us when there are descriptors again.
    private async Task RetryAsync()
    {
        await Task.Delay(Pause, clock);
        AcceptAll();
    }

    private void Close()
    {
        if (closed) return;
        closed = true;
        loops.First.Forget(descriptor);
        socket.Dispose();
    }
}
