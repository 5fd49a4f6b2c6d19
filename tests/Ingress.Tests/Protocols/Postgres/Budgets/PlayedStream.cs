using System.Threading.Tasks.Sources;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Budgets;

/// <summary>The gateway's end of a connection in memory. A read completes within the call that delivers.</summary>
internal sealed class PlayedStream(PlayedStream.Taker take) : Stream, IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> read;
    private CancellationTokenRegistration registration;
    private Memory<byte> waiting;
    private ReadOnlyMemory<byte> left;
    private bool isWaiting, closed;

    internal delegate void Taker(ReadOnlySpan<byte> bytes);

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    internal void Deliver(ReadOnlyMemory<byte> bytes)
    {
        left = left.IsEmpty ? bytes : left.ToArray().Concat(bytes.ToArray()).ToArray();
        while (isWaiting && !left.IsEmpty)
        {
            var count = Copy(waiting);
            Complete(count);
        }

        // The caller's bytes are its own again.
        if (!left.IsEmpty) left = left.ToArray();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        if (!left.IsEmpty) return new(Copy(buffer));
        if (closed) return new(0);
        read.Reset();
        (waiting, isWaiting) = (buffer, true);
        registration = cancellationToken.UnsafeRegister(static state => ((PlayedStream)state!).Cancel(), this);
        return new(this, read.Version);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        take(buffer.Span);
        return default;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override void Dispose(bool disposing)
    {
        closed = true;
        if (isWaiting) Complete(0);
    }

    private int Copy(Memory<byte> to)
    {
        var count = Math.Min(to.Length, left.Length);
        left[..count].CopyTo(to);
        left = left[count..];
        return count;
    }

    private void Complete(int count)
    {
        isWaiting = false;
        registration.Dispose();
        read.SetResult(count);
    }

    private void Cancel()
    {
        if (!isWaiting) return;
        isWaiting = false;
        read.SetException(new OperationCanceledException());
    }

    int IValueTaskSource<int>.GetResult(short token) => read.GetResult(token);
    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => read.GetStatus(token);
    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        read.OnCompleted(continuation, state, token, flags);

    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
