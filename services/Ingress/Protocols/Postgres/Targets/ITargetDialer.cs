using Hoop.Ingress.Sessions;

namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>Opens bytes to a target: directly now, through a connector in the target's network later.</summary>
public interface ITargetDialer
{
    /// <exception cref="TargetUnavailableException">It does not answer.</exception>
    ValueTask<TargetConnection> DialAsync(AuthorizedTarget target, CancellationToken cancel);
}

/// <summary>A two-way stream to a target, before any byte of its protocol.</summary>
/// <param name="Host">The name its certificate must carry.</param>
public sealed record TargetConnection(Stream Stream, string Host) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
