using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Hoop.Ingress.Transport;

/// <summary>A connection's two pipes as one stream, for TLS to run over.</summary>
internal sealed class DuplexPipeStream(IDuplexPipe pipe) : Stream
{
    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    // Pooled: a completion goes straight on to who waits, on the loop it came from; and no allocation per record.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var read = await pipe.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.Buffer.IsEmpty && !read.IsCompleted)
            {
                pipe.Input.AdvanceTo(read.Buffer.End);
                continue;
            }

            var length = (int)Math.Min(buffer.Length, read.Buffer.Length);
            var part = read.Buffer.Slice(0, length);
            part.CopyTo(buffer.Span);
            pipe.Input.AdvanceTo(part.End);
            return length;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        pipe.Output.Write(buffer.Span);
        await FlushPipeAsync(cancellationToken).ConfigureAwait(false);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => FlushPipeAsync(cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask FlushPipeAsync(CancellationToken cancel)
    {
        if ((await pipe.Output.FlushAsync(cancel).ConfigureAwait(false)).IsCompleted) throw new IOException("the other side closed the connection");
    }
}
