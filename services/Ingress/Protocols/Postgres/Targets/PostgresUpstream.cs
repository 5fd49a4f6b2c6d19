using System.IO.Pipelines;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>A logged-in connection to the target, at its first ReadyForQuery.</summary>
internal sealed class PostgresUpstream : IAsyncDisposable
{
    private readonly TargetConnection connection;

    private PostgresUpstream(TargetConnection connection)
    {
        this.connection = connection;
        Output = connection.Transport.Output;
    }

    public PipeReader Input => connection.Transport.Input;

    /// <summary>The only way to the server. A session puts its own in front once it is logged in (<see cref="DurableOutput"/>).</summary>
    public PipeWriter Output { get; set; }

    /// <summary>What the server told at log-in, in order.</summary>
    public List<ParameterStatus> Parameters { get; } = [];

    /// <summary>Notices of the log-in, to be handed on.</summary>
    public BackendKeyData? Key { get; internal set; }

    /// <summary>Dials, secures and logs in with the target's own credential.</summary>
    /// <param name="startup">The client's start-up parameters; user, database and protocol options are replaced.</param>
    /// <exception cref="TargetUnavailableException">With one line that may be shown to the client.</exception>
    public static async Task<PostgresUpstream> ConnectAsync(
        ITargetDialer dialer, AuthorizedTarget target, IReadOnlyDictionary<string, string> startup, CancellationToken cancel)
    {
        PostgresUpstream? upstream = null;
        try
        {
            upstream = new PostgresUpstream(await OpenAsync(dialer, target, cancel));
            await new TargetLogin(upstream, target, dialer.References).RunAsync(startup, cancel);
            return upstream;
        }
        catch (Exception e)
        {
            if (upstream is not null) await upstream.DisposeAsync();
            throw e switch
            {
                TargetUnavailableException or OperationCanceledException => e,
                PostgresWireException => new TargetUnavailableException("08P01", $"target \"{target.Name}\" does not speak the PostgreSQL protocol", e),
                IOException => new TargetUnavailableException("08006", $"target \"{target.Name}\" closed the connection during log-in", e),
                _ => e,
            };
        }
    }

    /// <summary>Asks the target to cancel what that backend does. Best effort, as in PostgreSQL.</summary>
    public static async Task CancelAsync(ITargetDialer dialer, AuthorizedTarget target, BackendKeyData key, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(dialer, target, cancel);
        StartupPacket.WriteCancel(connection.Transport.Output, key.ProcessId, key.Secret);
        await connection.Transport.Output.FlushAsync(cancel);
        // The server closes once it has sent the signal: only then is the cancel sure to have arrived.
        await connection.Transport.Input.CopyToAsync(Stream.Null, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await Input.CompleteAsync();
        try
        {
            await Output.CompleteAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Unflushed bytes for a connection that is gone.
        }
        await connection.DisposeAsync();
    }

    private static async Task<TargetConnection> OpenAsync(ITargetDialer dialer, AuthorizedTarget target, CancellationToken cancel)
    {
        var connection = await dialer.DialAsync(target, cancel);
        try
        {
            return await TargetTls.UpgradeAsync(connection, target.Document, cancel);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
