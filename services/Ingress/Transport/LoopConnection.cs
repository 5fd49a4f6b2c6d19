using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Hoop.Ingress.Transport;

/// <summary>An accepted connection, as Kestrel's handlers see it.</summary>
internal sealed class LoopConnection : DefaultConnectionContext
{
    private readonly CancellationTokenSource closed = new();
    private readonly LoopSocket socket;
    private readonly TimeProvider clock;
    private int disposed;

    internal LoopConnection(EventLoop loop, Socket accepted, TimeProvider clock) : base(Guid.CreateVersion7(clock.GetUtcNow()).ToString("n"))
    {
        this.clock = clock;
        socket = new LoopSocket(loop, accepted) { PeerClosed = OnPeerClosed };
        (Transport, LocalEndPoint, RemoteEndPoint, ConnectionClosed) = (socket, accepted.LocalEndPoint, accepted.RemoteEndPoint, closed.Token);
        loop.CountSession(1);
        loop.Post(static state => ((LoopConnection)state!).socket.Attach(), this);
    }

    internal EventLoop Loop => socket.Loop;

    public override void Abort(ConnectionAbortedException abortReason) => socket.Abort();

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0) return;
        await socket.CloseAsync(clock);
        Loop.CountSession(-1);
    }

    // Not on the loop: who waits for this token may do anything.
    private void OnPeerClosed()
    {
        if (!closed.IsCancellationRequested) ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), closed, preferLocal: false);
    }
}
