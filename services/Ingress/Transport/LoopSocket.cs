using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Hoop.Ingress.Transport;

/// <summary>A TCP connection on an event loop, as two pipes straight onto the kernel's buffers.</summary>
internal sealed class LoopSocket : IDuplexPipe, IReadiness, IAsyncDisposable
{
    /// <summary>How long the other side may take to read our last words before they are forgotten.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(2);

    private readonly Socket socket;
    private readonly LoopInput input;
    private readonly LoopOutput output;
    private readonly TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? drained;
    private bool watched;
    private bool closed;

    /// <param name="socket">Does not block, and is ours to close.</param>
    internal LoopSocket(EventLoop loop, Socket socket)
    {
        (Loop, this.socket, Descriptor) = (loop, socket, (int)socket.Handle);
        (input, output) = (new LoopInput(this), new LoopOutput(this));
    }

    public PipeReader Input => input;
    public PipeWriter Output => output;

    internal EventLoop Loop { get; }
    internal int Descriptor { get; }

    /// <summary>Called on the loop when the other side has sent all it will.</summary>
    internal Action? PeerClosed { get; init; }

    /// <summary>On the loop: from here on it reads and writes.</summary>
    internal void Attach()
    {
        if (closed) return;
        Loop.Watch(Descriptor, this);
        watched = true;
    }

    /// <summary>On the loop: a connection to the endpoint.</summary>
    /// <exception cref="SocketException">It can not be had.</exception>
    internal static async Task<LoopSocket> ConnectAsync(EventLoop loop, IPEndPoint endpoint, CancellationToken cancel)
    {
        var connection = new LoopSocket(loop, new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, Blocking = false });
        try
        {
            connection.BeginConnect(endpoint);
            connection.Attach();
            await connection.connected.Task.WaitAsync(cancel);
            var error = (int)connection.socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            return error == 0 ? connection : throw new SocketException(error);
        }
        catch
        {
            connection.Abort();
            throw;
        }
    }

    void IReadiness.Ready(uint bits)
    {
        var over = (bits & (Native.PeerClosed | Native.HangUp | Native.Error)) != 0;
        if ((bits & (Native.Out | Native.HangUp | Native.Error)) != 0)
        {
            connected.TrySetResult();
            output.Ready();
        }

        if (closed) return;
        if (over || (bits & Native.In) != 0) input.Ready(over);
        if (drained is not null) Drain();
        if (over) PeerClosed?.Invoke();
    }

    /// <summary>Sends what is flushed, tells the other side that this is the end, and lets it read our last words before the connection goes.</summary>
    internal Task CloseAsync(TimeProvider clock) => Loop.RunAsync(() => CloseOnLoopAsync(clock));

    /// <summary>Closes it at once.</summary>
    public ValueTask DisposeAsync()
    {
        Abort();
        return ValueTask.CompletedTask;
    }

    /// <summary>Closes it at once; from any thread.</summary>
    internal void Abort()
    {
        if (Loop.IsCurrent) Close();
        else Loop.Post(static state => ((LoopSocket)state!).Close(), this);
    }

    private unsafe void BeginConnect(IPEndPoint endpoint)
    {
        var address = endpoint.Serialize();
        int result;
        fixed (byte* bytes = address.Buffer.Span) result = Native.Connect(Descriptor, bytes, address.Size);
        if (result == 0) return;
        var error = Marshal.GetLastPInvokeError();
        if (error is not (Native.InProgress or Native.Interrupted)) throw new SocketException((int)Native.SocketErrorOf(error), Marshal.GetPInvokeErrorMessage(error));
    }

    // Closing while bytes of the other side are unread would reset the connection, and with it take back what was said last.
    private async Task CloseOnLoopAsync(TimeProvider clock)
    {
        if (closed || drained is not null) return;
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Drain();
            await drained.Task.WaitAsync(Linger, clock);
        }
        catch (Exception e) when (e is SocketException or TimeoutException or ObjectDisposedException)
        {
            // Gone already, or it sends without end and does not listen.
        }

        Close();
    }

    private void Drain()
    {
        if (closed) return;
        if (input.Drain()) drained!.TrySetResult();
        else if (input.HasMore) Loop.Post(static state => ((LoopSocket)state!).Drain(), this);
    }

    private void Close()
    {
        if (closed) return;
        closed = true;
        if (watched) Loop.Forget(Descriptor);
        drained?.TrySetResult();
        socket.Dispose();
        connected.TrySetCanceled();
        output.Close();
        input.Close();
        PeerClosed?.Invoke();
    }
}
