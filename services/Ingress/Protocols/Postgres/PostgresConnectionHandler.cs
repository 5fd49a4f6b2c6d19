using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Protocols.Postgres.Startup;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Hoop.Ingress.Protocols.Postgres;

/// <summary>One PostgreSQL connection, from accept to the record of its end: Startup → Authentication → target log-in → Relay.</summary>
internal sealed class PostgresConnectionHandler(PostgresServices services, ServerCertificate certificate) : ConnectionHandler
{
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var startup = new PostgresStartup(connection, certificate);
        try
        {
            await RunAsync(connection, startup);
        }
        catch (PostgresRefusedException e)
        {
            services.Logger.ConnectionRefused(connection.ConnectionId, startup.Client.Address, e.Cause);
            await SayAsync(startup.Client, e.Diagnostic);
        }
        catch (PostgresWireException e)
        {
            services.Logger.ConnectionRefused(connection.ConnectionId, startup.Client.Address, e.Message);
            await SayAsync(startup.Client, PostgresRefusedException.Protocol(e.Message).Diagnostic);
        }
        catch (TargetUnavailableException e)
        {
            services.Logger.ConnectionRefused(connection.ConnectionId, startup.Client.Address, e.Message);
            await SayAsync(startup.Client, PostgresDiagnostic.Create("FATAL", e.SqlState, e.Message, hint: "Try again later, or tell the target's administrator."));
        }
        catch (OperationCanceledException)
        {
            services.Logger.HandshakeLeft(connection.ConnectionId, startup.Client.Address, "deadline passed or gateway shutting down");
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException)
        {
            services.Logger.HandshakeLeft(connection.ConnectionId, startup.Client.Address, e.Message);
        }
        catch (Exception e)
        {
            services.Logger.SessionFailed(e, connection.ConnectionId);
            await SayAsync(startup.Client, PostgresDiagnostic.Create("FATAL", "XX000", "an internal error of the gateway ended the session", hint: "Connect again; an administrator can find it in the log."));
        }
    }

    private async Task RunAsync(ConnectionContext connection, PostgresStartup startup)
    {
        using var deadline = new CancellationTokenSource(services.Options.HandshakeTimeout, services.Clock);
        using var handshake = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, connection.ConnectionClosed);
        // Who sends a CancelRequest hangs up at once: what it sent still counts.
        if (await startup.RunAsync(deadline.Token) is not { } packet) return;
        if (packet.Kind == StartupKind.Cancel)
        {
            await services.Sessions.CancelAsync(packet.CancelProcessId, packet.CancelSecret, deadline.Token);
            return;
        }

        var gate = await new PostgresAuthentication(startup.Client, packet, services.Gate).RunAsync(handshake.Token);
        var cause = "internal error";
        try
        {
            await using var upstream = await OpenTargetAsync(gate, packet, handshake.Token);
            cause = await RelayAsync(new RelaySession(gate, startup.Client, upstream, services) { Replicates = StartupSettings.AskReplication(packet.Parameters) }, Stopping(connection), connection.ConnectionClosed);
        }
        catch (TargetUnavailableException e)
        {
            services.Logger.TargetUnavailable(gate.Target.Name, e.Message);
            cause = $"target unavailable: {e.Message}";
            throw;
        }
        catch (Exception e) when (e is PostgresRefusedException or PostgresWireException or IOException or OperationCanceledException)
        {
            cause = e is OperationCanceledException ? "client closed" : e.Message;
            throw;
        }
        finally
        {
            await gate.EndAsync(cause);
        }
    }

    private async Task<PostgresUpstream> OpenTargetAsync(IGateSession gate, StartupPacket packet, CancellationToken handshake)
    {
        if (!gate.PassesEverything && StartupSettings.AskReplication(packet.Parameters)) throw new PostgresRefusedException(PostgresVoice.NoReplication, "a replication connection that is not allowed");
        if (!gate.PassesEverything && StartupSettings.NotAllowed(packet.Parameters) is { } setting)
            throw new PostgresRefusedException(PostgresDiagnostic.Create("FATAL", "42501", $"\"{setting}\" may not be set at log-in through this gateway",
                hint: "Leave it out of the connection's parameters and options; SET it in the session, where the policy decides."), "a setting at log-in that is not allowed");
        try
        {
            return await PostgresUpstream.ConnectAsync(services.Dialer, gate.Target, packet.Parameters, handshake);
        }
        catch (OperationCanceledException e)
        {
            throw new TargetUnavailableException("08001", $"target \"{gate.Target.Name}\" did not answer in time", e);
        }
    }

    private async Task<string> RelayAsync(RelaySession session, CancellationToken stopping, CancellationToken gone)
    {
        if (!session.Text.AreSafe && !session.Gate.PassesEverything)
            throw new PostgresRefusedException(PostgresDiagnostic.Create("FATAL", "22023", session.Text.Problem, hint: "Leave the setting out, or correct it for the target's role."), "unsafe text settings");
        var key = services.Sessions.Add(session);
        try
        {
            var output = session.Client.Output;
            Authentication.Write(output, AuthenticationKind.Ok);
            foreach (var parameter in session.Upstream.Parameters) parameter.Write(output);
            key.Write(output);
            ReadyForQuery.Write(output, ReadyForQuery.Idle);
            await output.FlushAsync(stopping);
            return await new PostgresRelay(session).RunAsync(stopping, gone);
        }
        finally
        {
            services.Sessions.Remove(key);
        }
    }

    private static CancellationToken Stopping(ConnectionContext connection) =>
        connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;

    private async Task SayAsync(ClientConnection client, PostgresDiagnostic diagnostic)
    {
        try
        {
            diagnostic.Write(client.Output, BackendType.ErrorResponse);
            using var patience = new CancellationTokenSource(LastWords, services.Clock);
            await client.Output.FlushAsync(patience.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // Nobody is there to hear it.
        }
    }
}
