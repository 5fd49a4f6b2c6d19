using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Microsoft.AspNetCore.Connections;

namespace Hoop.Ingress.Transport;

/// <summary>
/// What arrives on a socket. A read that has to wait holds no buffer; one that need not wait costs one call of the kernel. On its loop
/// everything completes in place; code that is elsewhere (TLS in the middle of its handshake) is brought to the loop.
/// </summary>
internal sealed class LoopInput(LoopSocket socket) : PipeReader, IValueTaskSource<ReadResult>
{
    /// <summary>Reads of one session in a row, before the others have their turn.</summary>
    private const int MaxInRow = 8;

    /// <summary>A tail with less room than this is not filled up.</summary>
    private const int LeastRoom = 2048;

    private readonly EventLoop loop = socket.Loop;
    private ManualResetValueTaskSourceCore<ReadResult> source;
    private CancellationTokenRegistration registration;
    private CancellationToken cancellation;
    private BufferSegment? head, tail;
    private int start;
    private bool unexamined;
    private bool waiting;
    private bool readable;
    private bool peerClosed;
    private bool ended;
    private int cancelled;
    private long round;
    private int inRow;
    private Exception? failure;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (!loop.IsCurrent) return ReadOnLoopAsync(cancellationToken);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        if (HasResult(mayReceive: true)) return failure is null || unexamined ? new(Result()) : ValueTask.FromException<ReadResult>(failure);
        source.Reset();
        waiting = true;
        if (cancellationToken.CanBeCanceled)
        {
            cancellation = cancellationToken;
            registration = cancellationToken.UnsafeRegister(static state => ((LoopInput)state!).Recheck(), this);
        }

        return new ValueTask<ReadResult>(this, source.Version);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (HasResult(mayReceive: false) && (failure is null || unexamined))
        {
            result = Result();
            return true;
        }

        result = default;
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (consumed.GetObject() is not BufferSegment segment) return;
        unexamined = examined.GetObject() != tail || examined.GetInteger() != tail!.End;
        while (head != segment) Release();
        start = consumed.GetInteger();
        while (head is not null && start == head.End)
        {
            Release();
            start = 0;
        }
    }

    public override void CancelPendingRead()
    {
        Volatile.Write(ref cancelled, 1);
        Recheck();
    }

    public override void Complete(Exception? exception = null)
    {
        while (head is not null) Release();
        (start, unexamined, ended) = (0, false, true);
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => source.GetStatus(token);

    // Completed on the loop, where the session's code belongs: no detour through the context.
    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);

    /// <summary>On the loop: the socket can be read, or is at its end.</summary>
    internal void Ready(bool closed)
    {
        (readable, peerClosed) = (true, peerClosed | closed);
        if (waiting && HasResult(mayReceive: true)) Finish();
    }

    /// <summary>On the loop: the socket is closed under the reader.</summary>
    internal void Close()
    {
        ended = true;
        failure ??= new ConnectionAbortedException();
        if (waiting) Finish();
    }

    /// <summary>Something may be there that was not received yet.</summary>
    internal bool HasMore => readable && !ended;

    /// <summary>On the loop: takes what arrived and throws it away. True: the other side is done too.</summary>
    internal bool Drain()
    {
        while (head is not null) Release();
        (start, unexamined) = (0, false);
        for (var i = 0; i < MaxInRow && readable && !ended; i++)
        {
            Receive();
            while (head is not null) Release();
            unexamined = false;
        }

        return ended;
    }

    private void Recheck() => loop.Post(static state =>
    {
        var input = (LoopInput)state!;
        if (!input.waiting) return;
        if (input.cancellation.IsCancellationRequested) input.Fail(new OperationCanceledException(input.cancellation));
        else if (input.HasResult(mayReceive: true)) input.Finish();
    }, this);

    private async ValueTask<ReadResult> ReadOnLoopAsync(CancellationToken cancel)
    {
        ReadResult result = default;
        await loop.RunAsync(async () => result = await ReadAsync(cancel));
        return result;
    }

    private bool HasResult(bool mayReceive)
    {
        if (unexamined || ended || Volatile.Read(ref cancelled) != 0) return true;
        if (!mayReceive || !readable || !MayGoOn()) return false;
        Receive();
        return unexamined || ended;
    }

    private bool MayGoOn()
    {
        if (round != loop.Round) (round, inRow) = (loop.Round, 0);
        if (++inRow <= MaxInRow) return true;
        Recheck();
        return false;
    }

    private ReadResult Result()
    {
        var isCancelled = Volatile.Read(ref cancelled) != 0 && Interlocked.Exchange(ref cancelled, 0) != 0;
        var buffer = head is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(head, start, tail!, tail!.End);
        return new ReadResult(buffer, isCancelled, ended);
    }

    private void Finish()
    {
        if (failure is not null && !unexamined)
        {
            Fail(failure);
            return;
        }

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

    private void Receive()
    {
        var into = tail is { Free: >= LeastRoom } ? tail : loop.Buffers.Rent();
        var count = Native.Receive(socket.Descriptor, into.Array.AsSpan(into.End), out var error);
        if (count > 0)
        {
            // Less than asked for: the kernel has no more, and tells when it has; but not of an end that it told already.
            readable = count == into.Free || peerClosed;
            into.End += count;
            unexamined = true;
            if (into != tail) Append(into);
            return;
        }

        if (into != tail) loop.Buffers.Return(into);
        readable = false;
        if (error == Native.Again) return;
        ended = true;
        if (error != 0) failure = new ConnectionResetException(Marshal.GetPInvokeErrorMessage(error));
    }

    private void Append(BufferSegment segment)
    {
        tail?.Append(segment);
        head ??= segment;
        tail = segment;
    }

    private void Release()
    {
        var released = head!;
        head = released.Following;
        if (head is null) tail = null;
        if (loop.IsCurrent) loop.Buffers.Return(released);
    }
}
