using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>A run on a window.</summary>
internal sealed class GrantedRun
{
    /// <summary>The window was taken back: what the client hears of it. Under the session's lock.</summary>
    public Refusal? Cut { get; set; }

    /// <summary>Hears of that.</summary>
    public CancellationTokenRegistration Watch { get; set; }
}

/// <summary>
/// When a window is taken back, what runs on it is cancelled at the target, again and again until it has ended; what does not end takes the
/// connection with it. A statement has no other way to stop: its effects are the server's to roll back.
/// </summary>
internal sealed class RevokedRuns(RelaySession session)
{
    /// <summary>What the server says of a cancelled statement.</summary>
    internal const string Cancelled = "57014";

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>It was sent. Costs nothing when it runs on no window.</summary>
    public void Watch(RunningOperation operation)
    {
        if (operation.Granted is { } granted) Watch(operation, granted);
    }

    // What a delegate takes along is allocated where its method begins.
    private void Watch(RunningOperation operation, GrantedRun granted) =>
        granted.Watch = operation.Permit.Revoked.UnsafeRegister(_ => _ = CutAsync(operation, granted), null);

    private async Task CutAsync(RunningOperation operation, GrantedRun granted)
    {
        // Whoever revokes has other sessions to tell.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var cut = operation.Permit.Cut;
        var clock = session.Services.Clock;
        var started = clock.GetTimestamp();
        while (clock.GetElapsedTime(started) < Patience)
        {
            lock (session.Lock)
            {
                // Suspended: the client finds out when it asks for more rows.
                if (operation.Ended || !(session.Replies.Has(operation) || session.Limited == operation)) return;
                granted.Cut = cut;
            }

            await CancelIfRunning(operation);
            await Task.Delay(Between, clock);
        }

        session.Say(output => PostgresVoice.Refused(cut, "FATAL").Write(output, BackendType.ErrorResponse), close: true);
    }

    /// <summary>A cancel hits whatever the server is at: it is sent while that is this operation, and nothing is sent behind it before it has arrived.</summary>
    private Task CancelIfRunning(RunningOperation operation)
    {
        lock (session.Lock) return session.Replies.Running == operation ? session.Cutting = Task.WhenAll(session.Cutting, CancelAsync()) : Task.CompletedTask;
    }

    private async Task CancelAsync()
    {
        // Not under the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (session.Upstream.Key is not { } key) return;
        try
        {
            using var deadline = new CancellationTokenSource(Patience, session.Services.Clock);
            await PostgresUpstream.CancelAsync(session.Services.Dialer, session.Gate.Target, key, deadline.Token);
        }
        catch (Exception e) when (e is TargetUnavailableException or IOException or OperationCanceledException)
        {
            session.Services.Logger.CancelFailed(session.Gate.Target.Name, e.Message);
        }
    }
}
