using Npgsql;

namespace Hoop.Approval.Notifications;

/// <summary>Turns PostgreSQL's NOTIFY into <see cref="DatabaseSignals"/>.</summary>
internal sealed class DatabaseListener(
    NpgsqlDataSource database, DatabaseSignals signals, TimeProvider clock, ILogger<DatabaseListener> logger) : BackgroundService
{
    private static readonly TimeSpan Probe = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                logger.ListenerLost(e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        connection.Notification += (_, notification) => Tell(notification.Channel, notification.Payload);
        await using (var listen = new NpgsqlCommand("LISTEN approval_changed; LISTEN approval_outbox; LISTEN approval_deliveries; LISTEN approval_sign_outs", connection))
            await listen.ExecuteNonQueryAsync(cancel);
        // Whatever was told while nobody listened.
        signals.OutboxFilled.Set();
        signals.DeliveriesFilled.Set();
        signals.RaiseApprovalChanged(null);
        signals.RaiseSignedOut(null);
        while (true)
        {
            if (await connection.WaitAsync(Probe, cancel)) continue;
            await using var alive = new NpgsqlCommand("SELECT 1", connection);
            await alive.ExecuteNonQueryAsync(cancel);
        }
    }

    private void Tell(string channel, string payload)
    {
        if (channel == "approval_outbox") signals.OutboxFilled.Set();
        else if (channel == "approval_deliveries") signals.DeliveriesFilled.Set();
        else if (!Guid.TryParse(payload, out var id)) return;
        else if (channel == "approval_sign_outs") signals.RaiseSignedOut(id);
        else signals.RaiseApprovalChanged(id);
    }
}
