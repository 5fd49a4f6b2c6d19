using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Hoop.Ingress.Transport;

/// <summary>
/// One thread and the sessions that live on it: it waits for their sockets and runs what they wait for. A session's code is ordinary
/// async code; whatever it awaits brings it back here through <see cref="SynchronizationContext"/>, so that nothing of one session ever
/// runs at the same time as something else of it. Code on a loop must not block, and leaves long work to the thread pool.
/// </summary>
internal sealed unsafe class EventLoop : SynchronizationContext, IDisposable
{
    private const int MaxEvents = 256;
    private const int MaxPostedPerRound = 512;

    [ThreadStatic] private static EventLoop? current;

    private readonly ILogger logger;
    private readonly int epoll;
    private readonly int wakeUp;
    private readonly Thread thread;
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> fromOutside = new();
    private readonly Queue<(SendOrPostCallback Callback, object? State)> fromInside = new();
    private IReadiness?[] watched = new IReadiness?[256];
    private int sessions;
    private int sleeping;
    private volatile bool stopping;

    public EventLoop(string name, ILogger logger)
    {
        this.logger = logger;
        epoll = Checked(Native.EpollCreate(Native.CloseOnExec), "epoll_create1");
        wakeUp = Checked(Native.EventDescriptor(0, Native.CloseOnExec | Native.NonBlocking), "eventfd");
        Control(Native.Add, wakeUp, Native.In | Native.EdgeTriggered);
        thread = new Thread(Run) { Name = name, IsBackground = true };
        thread.Start();
    }

    /// <summary>The loop that this code runs on; null on any other thread.</summary>
    public new static EventLoop? Current => current;

    public bool IsCurrent => ReferenceEquals(current, this);

    /// <summary>Buffers of this loop's sockets; touched on the loop only.</summary>
    public BufferPool Buffers { get; } = new();

    /// <summary>Counts rounds of waiting: what happens within one round may be bounded.</summary>
    public long Round { get; private set; }

    /// <summary>How many sessions live here, for the choice of a loop.</summary>
    public int Sessions => Volatile.Read(ref sessions);

    public void CountSession(int change) => Interlocked.Add(ref sessions, change);

    /// <summary>On the loop: tells of each change of the socket's readiness from now on.</summary>
    public void Watch(int descriptor, IReadiness readiness)
    {
        if (descriptor >= watched.Length) Array.Resize(ref watched, Math.Max(descriptor + 1, watched.Length * 2));
        watched[descriptor] = readiness;
        Control(Native.Add, descriptor, Native.In | Native.Out | Native.PeerClosed | Native.EdgeTriggered);
    }

    /// <summary>On the loop, before the descriptor is closed.</summary>
    public void Forget(int descriptor)
    {
        watched[descriptor] = null;
        Control(Native.Delete, descriptor, 0);
    }

    /// <summary>Runs the callback on the loop, soon; from any thread.</summary>
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsCurrent)
        {
            fromInside.Enqueue((d, state));
            return;
        }

        fromOutside.Enqueue((d, state));
        if (Interlocked.Exchange(ref sleeping, 0) != 0) Wake();
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Nothing may wait for a loop while it blocks its own thread.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Starts the work on the loop; completes with it.</summary>
    public Task RunAsync(Func<Task> work)
    {
        if (IsCurrent) return work();
        var started = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(static state =>
        {
            var (work, started) = ((Func<Task>, TaskCompletionSource<Task>))state!;
            try
            {
                started.SetResult(work());
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        }, (work, started));
        return started.Task.Unwrap();
    }

    public void Dispose()
    {
        if (stopping) return;
        stopping = true;
        Wake();
        if (!IsCurrent) thread.Join();
        Native.Close(wakeUp);
        Native.Close(epoll);
    }

    private void Run()
    {
        current = this;
        SetSynchronizationContext(this);
        var events = stackalloc byte[MaxEvents * 16];
        while (!stopping)
        {
            RunPosted();
            var count = Native.EpollWait(epoll, events, MaxEvents, Patience());
            Volatile.Write(ref sleeping, 0);
            Round++;
            for (var i = 0; i < count; i++) Tell(events + i * Native.EventSize);
        }
    }

    /// <summary>Milliseconds to wait for sockets: none when there is something to do, else for ever.</summary>
    private int Patience()
    {
        if (fromInside.Count > 0) return 0;
        // Whoever posts after this exchange sees that we sleep; whoever posted before it is seen here.
        Interlocked.Exchange(ref sleeping, 1);
        return fromOutside.IsEmpty ? -1 : 0;
    }

    private void RunPosted()
    {
        for (var left = MaxPostedPerRound; left > 0 && fromOutside.TryDequeue(out var work); left--) Run(work.Callback, work.State);
        // What these post in turn waits for the next round: sockets have their turn in between.
        for (var left = fromInside.Count; left > 0; left--)
        {
            var (callback, state) = fromInside.Dequeue();
            Run(callback, state);
        }
    }

    private void Tell(byte* epollEvent)
    {
        var bits = *(uint*)epollEvent;
        var descriptor = *(int*)(epollEvent + Native.EventData);
        if (descriptor == wakeUp)
        {
            ulong counted;
            Native.Read(wakeUp, &counted, sizeof(ulong));
            return;
        }

        try
        {
            watched[descriptor]?.Ready(bits);
        }
        catch (Exception e)
        {
            logger.CallbackFailed(e);
        }
    }

    private void Run(SendOrPostCallback callback, object? state)
    {
        try
        {
            callback(state);
        }
        catch (Exception e)
        {
            // One session's error is not the end of the others.
            logger.CallbackFailed(e);
        }
    }

    private void Wake()
    {
        ulong one = 1;
        Native.Write(wakeUp, &one, sizeof(ulong));
    }

    private void Control(int operation, int descriptor, uint bits)
    {
        var epollEvent = stackalloc byte[16];
        *(uint*)epollEvent = bits;
        *(long*)(epollEvent + Native.EventData) = descriptor;
        Checked(Native.EpollControl(epoll, operation, descriptor, epollEvent), "epoll_ctl");
    }

    private static int Checked(int result, string call) =>
        result >= 0 ? result : throw new IOException($"{call} failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}

/// <summary>Who is told that a socket can be read or written.</summary>
internal interface IReadiness
{
    /// <param name="bits">Of the epoll event.</param>
    void Ready(uint bits);
}
