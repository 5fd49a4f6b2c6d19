using System.IO.Pipelines;
using Hoop.Ingress.Sessions;
using Hoop.ServiceDefaults.Documents;

namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>Opens bytes to a target: directly now, through a connector in the target's network later.</summary>
public interface ITargetDialer
{
    /// <summary>What resolves the references of its targets.</summary>
    References References { get; }

    /// <exception cref="TargetUnavailableException">It does not answer.</exception>
    ValueTask<TargetConnection> DialAsync(AuthorizedTarget target, CancellationToken cancel);
}

/// <summary>A way to a target and back, before any byte of its protocol.</summary>
/// <param name="Host">The name its certificate must carry.</param>
/// <param name="Owner">Disposed to close it.</param>
public sealed record TargetConnection(IDuplexPipe Transport, string Host, IAsyncDisposable Owner) : IAsyncDisposable
{
    /// <summary>Over a stream, such as TLS on another connection.</summary>
    public static TargetConnection Over(Stream stream, string host, IAsyncDisposable owner) => new(new StreamPipes(stream), host, owner);

    public ValueTask DisposeAsync() => Owner.DisposeAsync();

    private sealed class StreamPipes(Stream stream) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 32 * 1024, minimumReadSize: 4096, leaveOpen: true, useZeroByteReads: true));
        public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: 4096, leaveOpen: true));
    }
}
