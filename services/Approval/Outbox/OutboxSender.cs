using System.Text.Json;
using Hoop.Approval.Notifications;
using Hoop.Approval.Storage;
using Hoop.ServiceDefaults;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.Outbox;

/// <summary>
/// Sends committed outbox rows and removes them. Any number may, here and in other instances: each takes rows nobody else holds. Several here, since one
/// waits for the broker's word and the disk: a released statement's answer comes a moment after its decision, and must not stand behind it.
/// </summary>
internal sealed class OutboxSender(
    IDbContextFactory<ApprovalDb> databases, IBus bus, DatabaseSignals signals, TimeProvider clock, ILogger<OutboxSender> logger) : BackgroundService
{
    private const int Batch = 50;
    private const int Senders = 3;
    private static readonly TimeSpan Fallback = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReplyLifetime = TimeSpan.FromSeconds(60);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => SendAllAsync(stoppingToken)));

    private async Task SendAllAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await SendBatchAsync(stoppingToken) == Batch) { }
                await signals.OutboxFilled.WaitAsync(Fallback, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Broker or database away: the rows stay.
                logger.OutboxStuck(e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<int> SendBatchAsync(CancellationToken stop)
    {
        await using var db = await databases.CreateDbContextAsync(stop);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var rows = await db.Outbox
            .FromSql($"SELECT * FROM outbox ORDER BY position LIMIT {Batch} FOR UPDATE SKIP LOCKED")
            .AsNoTracking().ToListAsync(stop);
        if (rows.Count == 0) return 0;

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(SendTimeout);
        foreach (var row in rows) await SendAsync(row, timeout.Token);

        var sent = rows.ConvertAll(row => row.Position);
        await db.Outbox.Where(row => sent.Contains(row.Position)).ExecuteDeleteAsync(stop);
        await transaction.CommitAsync(stop);
        return rows.Count;
    }

    private async Task SendAsync(OutboxMessage row, CancellationToken cancel)
    {
        var type = OutboxTypes.Find(row.Type);
        var message = JsonSerializer.Deserialize(row.Body, type, ApprovalDb.Json)!;
        if (row.ReplyTo is null)
        {
            await bus.Publish(message, type, Pipe.Execute<PublishContext>(context => context.MessageId = row.Id), cancel).Until(cancel);
            return;
        }
        // Whoever asked has given up by then, and a broker that lost the temporary queue may refuse the reply for ever.
        if (clock.GetUtcNow() - row.CreatedAt > ReplyLifetime) return;
        var endpoint = await bus.GetSendEndpoint(new Uri(row.ReplyTo));
        await endpoint.Send(message, type, Pipe.Execute<SendContext>(context =>
        {
            context.MessageId = row.Id;
            context.RequestId = row.RequestId;
            context.ConversationId = row.ConversationId;
            context.TimeToLive = ReplyLifetime;
        }), cancel).Until(cancel);
    }
}
