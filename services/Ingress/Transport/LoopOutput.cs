using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace Hoop.Ingress.Transport;

/// <summary>
/// What is sent on a socket: written into buffers, handed to the kernel by a flush, which waits while the other side does not take it.
/// Once the other side is gone a flush says so by <see cref="FlushResult.IsCompleted"/> and drops what was written.
/// </summary>
internal sealed class LoopOutput(LoopSocket socket) : PipeWriter, IValueTaskSource<FlushResult>
{
    private readonly EventLoop loop = socket.Loop;
    private ManualResetValueTaskSourceCore<FlushResult> source;
    private CancellationTokenRegistration registration;
    private CancellationToken cancellation;
    private BufferSegment? head, tail;
    private int sent;
    private long unflushed;
    private bool waiting;
    private bool gone;
    private int cancelled;

    public override bool CanGetUnflushedBytes => true;
    public override long UnflushedBytes => unflushed;

    public override Memory<byte> GetMemory(int sizeHint = 0) => Room(sizeHint).Array.AsMemory(tail!.End);

    public override Span<byte> GetSpan(int sizeHint = 0) => Room(sizeHint).Array.AsSpan(tail!.End);

    public override void Advance(int bytes)
    {
        if (tail is null ? bytes != 0 : (uint)bytes > (uint)tail.Free) throw new ArgumentOutOfRangeException(nameof(bytes));
        if (tail is not null) tail.End += bytes;
        unflushed += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (!loop.IsCurrent) return FlushOnLoopAsync(cancellationToken);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        unflushed = 0;
        Send();
        if (IsDone) return new(Result());
        source.Reset();
        waiting = true;
        if (cancellationToken.CanBeCanceled)
        {
            cancellation = cancellationToken;
            registration = cancellationToken.UnsafeRegister(static state => ((LoopOutput)state!).Recheck(), this);
        }

        return new ValueTask<FlushResult>(this, source.Version);
    }

    public override void CancelPendingFlush()
    {
        Volatile.Write(ref cancelled, 1);
        Recheck();
    }

    public override void Complete(Exception? exception = null)
    {
        // Whatever the kernel takes at once; who needs more than that flushes first.
        if (exception is null && loop.IsCurrent) Send();
        gone = true;
    }

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token) => source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);

    /// <summary>On the loop: the socket takes more.</summary>
    internal void Ready()
    {
        if (!waiting) return;
        Send();
        if (IsDone) Finish();
    }

    /// <summary>On the loop: the socket is closed under the writer.</summary>
    internal void Close()
    {
        gone = true;
        while (head is not null) Release();
        if (waiting) Finish();
    }

    private bool IsDone => head is null || gone || Volatile.Read(ref cancelled) != 0;

    private void Recheck() => loop.Post(static state =>
    {
        var output = (LoopOutput)state!;
        if (!output.waiting) return;
        if (output.cancellation.IsCancellationRequested) output.Fail(new OperationCanceledException(output.cancellation));
        else if (output.IsDone) output.Finish();
    }, this);

    private async ValueTask<FlushResult> FlushOnLoopAsync(CancellationToken cancel)
    {
        FlushResult result = default;
        await loop.RunAsync(async () => result = await FlushAsync(cancel));
        return result;
    }

    private FlushResult Result() => new(isCanceled: Interlocked.Exchange(ref cancelled, 0) != 0, isCompleted: gone);

    private void Finish()
    {
        EndWait();
        source.SetResult(Result());
    }

    private void Fail(Exception e)
    {
        EndWait();
        source.SetException(e);
    }

    private void EndWait()
    {
        waiting = false;
        registration.Unregister();
        (registration, cancellation) = (default, default);
    }

    private BufferSegment Room(int sizeHint)
    {
        if (tail is not null && tail.Free >= Math.Max(sizeHint, 1)) return tail;
        var segment = loop.IsCurrent || sizeHint > BufferPool.Size ? loop.Buffers.Rent(sizeHint) : BufferPool.NewSegment();
        tail?.Append(segment);
        head ??= segment;
        return tail = segment;
    }

    private void Send()
    {
        while (head is not null && !gone)
        {
            var length = head.End - sent;
            if (length > 0)
            {
                var count = Native.Send(socket.Descriptor, head.Array.AsSpan(sent, length), out var error);
                if (count < 0)
                {
                    if (error == Native.Again) return;
                    gone = true;
                    break;
                }

                sent += count;
                if (count < length) continue;
            }

            Release();
        }

        while (gone && head is not null) Release();
    }

    private void Release()
    {
        var released = head!;
        head = released.Following;
        sent = 0;
        if (head is null) tail = null;
        loop.Buffers.Return(released);
    }
}
