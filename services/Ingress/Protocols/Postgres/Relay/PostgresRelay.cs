using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>Runs a session's two pumps until one side is done, and lets the other finish in order.</summary>
internal sealed class PostgresRelay(RelaySession session)
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    /// <param name="stopping">The gateway is stopping: the client is told so.</param>
    /// <param name="gone">The client has said its last.</param>
    /// <returns>Why the session ended, for its record.</returns>
    public async Task<string> RunAsync(CancellationToken stopping, CancellationToken gone)
    {
        using var stop = new CancellationTokenSource();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = stopping.Register(() => stopped.TrySetResult());
        var own = new OwnQueries(session);
        var messages = new ClientMessages(session, new StatementJudge(session, own), own, new LimitedRuns(session, own));
        var server = Watched(new ServerPump(session).RunAsync(stop.Token));
        var pump = new ClientPump(session, messages, new HoldRoom(session));
        var client = pump.RunAsync(stop.Token);
        var stuck = StuckAsync(pump, gone, stop.Token);
        try
        {
            var first = await Task.WhenAny(server, client, stopped.Task, session.Gate.Killed, stuck);
            if (first == server) return await server;
            if (first == session.Gate.Killed) return await KillAsync(await session.Gate.Killed, server);
            if (first == stuck) return "client closed";
            return first == client ? await LeaveAsync(client, server) : await StopAsync(server);
        }
        finally
        {
            await stop.CancelAsync();
            await Quietly(client);
            await Quietly(server);
            session.Abandon("the connection ended before the answer");
            await ForgoAsync();
        }
    }

    // What keeps what it reads may be waiting for a lock, and nobody would hold its names for it any more.
    private async Task ForgoAsync()
    {
        if (!session.NamesInUse.Any) return;
        using var patience = new CancellationTokenSource(Farewell, session.Services.Clock);
        await PostgresSessions.CancelAsync(session, patience.Token);
        session.NamesInUse.EndAll();
    }

    // A pump that waits for the target does not read that its client has left, and a target need not ever answer.
    private async Task StuckAsync(ClientPump pump, CancellationToken gone, CancellationToken stop)
    {
        const ConfigureAwaitOptions Quietly = ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, stop);
        await Task.Delay(Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(Quietly);
        long before;
        do
        {
            before = pump.Progress;
            await Task.Delay(Farewell, session.Services.Clock, stop).ConfigureAwait(Quietly);
        }
        while (!stop.IsCancellationRequested && pump.Progress != before);
    }

    private async Task<string> StopAsync(Task server)
    {
        session.Stopping = true;
        await SayAndCloseAsync(new PostgresRefusedException(
            PostgresDiagnostic.Create("FATAL", "57P01", "the gateway is stopping", hint: "Connect again in a moment."), "shutdown"), server);
        return "shutdown";
    }

    private async Task<string> KillAsync(SessionKill kill, Task server)
    {
        await SayAndCloseAsync(new PostgresRefusedException(
            PostgresDiagnostic.Create("FATAL", "57P01", $"the session was ended by {kill.By}: {kill.Reason}", hint: "Ask them before you connect again."), "killed"), server);
        // What it was running is to end too: a target notices that its client left only when it has something to say.
        using var patience = new CancellationTokenSource(Farewell, session.Services.Clock);
        await PostgresSessions.CancelAsync(session, patience.Token);
        return $"killed by {kill.By}: {kill.Reason}";
    }

    private async Task<string> LeaveAsync(Task<string> client, Task<string> server)
    {
        try
        {
            var cause = await EndOfAsync(client);
            session.ClientLeft = true;
            // Let the target finish what it was given, and record how that went.
            session.Upstream.Output.WriteEmpty(FrontendType.Terminate);
            await session.Upstream.Output.FlushAsync();
            await WithinAsync(server);
            return cause;
        }
        catch (PostgresRefusedException e)
        {
            await SayAndCloseAsync(e, server);
            return e.Cause;
        }
        catch (PostgresWireException e)
        {
            await SayAndCloseAsync(PostgresRefusedException.Protocol(e.Message), server);
            return $"protocol error: {e.Message}";
        }
    }

    private static async Task<string> EndOfAsync(Task<string> client)
    {
        try
        {
            return await client;
        }
        catch (IOException)
        {
            return "client connection lost";
        }
    }

    // The server's pump is the only writer to the client: it says the last word too.
    private async Task SayAndCloseAsync(PostgresRefusedException refused, Task server)
    {
        session.Say(output => refused.Diagnostic.Write(output, BackendType.ErrorResponse), close: true);
        await WithinAsync(server);
    }

    private async Task WithinAsync(Task task)
    {
        try
        {
            await task.WaitAsync(Farewell, session.Services.Clock);
        }
        catch (Exception e) when (e is TimeoutException or IOException or OperationCanceledException or PostgresRefusedException or PostgresWireException)
        {
            // The client has left or been told; the target had its chance.
        }
    }

    private async Task<string> Watched(Task<string> server)
    {
        try
        {
            return await server;
        }
        finally
        {
            session.ServerEnded.TrySetResult();
            session.AbandonReplies();
        }
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or PostgresRefusedException or PostgresWireException or InvalidOperationException)
        {
            // Its end was decided elsewhere.
        }
    }
}
