using System.Collections.Concurrent;
using Hoop.Approval.Notifications.Channels;
using Hoop.Approval.Saga;
using Hoop.Approval.Storage;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Documents;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Hoop.Approval.Notifications;

/// <summary>Delivers what waits, one after the other for each receiver, receivers beside each other: one that is down holds up nobody but itself.</summary>
internal sealed class DeliverySender(
    DeliveryQueue queue, HoopDocuments documents, HttpChannel http, MailChannel mail, IDbContextFactory<ApprovalDb> databases, AdminAudit audit, DatabaseSignals signals,
    IOptions<NotificationOptions> options, TimeProvider clock, ILogger<DeliverySender> logger) : BackgroundService
{
    public const string GivenUp = "notification.give-up";

    private static readonly TimeSpan Fallback = TimeSpan.FromMilliseconds(500), CleaningInterval = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Task> _busy = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var cleaned = DateTimeOffset.MinValue;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Before any policy is known there are no receivers to compare with.
                if (documents.Current is not null)
                    foreach (var receiver in await queue.DueAsync(stoppingToken)) Begin(receiver, stoppingToken);
                if (clock.GetUtcNow() - cleaned > CleaningInterval)
                {
                    await queue.ForgetOldAsync(stoppingToken);
                    cleaned = clock.GetUtcNow();
                }
                await signals.DeliveriesFilled.WaitAsync(Fallback, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                logger.DeliveriesStuck(e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        await Task.WhenAll(_busy.Values);
    }

    private void Begin(string receiver, CancellationToken stop)
    {
        if (_busy.TryGetValue(receiver, out var running) && !running.IsCompleted) return;
        _busy[receiver] = Task.Run(() => DrainAsync(receiver, stop), CancellationToken.None);
    }

    private async Task DrainAsync(string receiver, CancellationToken stop)
    {
        try
        {
            while (await queue.TakeAsync(receiver, stop) is { } delivery) await DeliverAsync(delivery, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was taken comes again after its lease, under the same id.
        }
        catch (Exception e)
        {
            logger.DeliveriesStuck(e.Message);
        }
    }

    private async Task DeliverAsync(Delivery delivery, CancellationToken stop)
    {
        var document = documents.Current!;
        var receiver = document.Notifications.FirstOrDefault(one => one.Name == delivery.Receiver);
        if (receiver is not null && await IsOutdatedAsync(delivery, receiver, stop))
        {
            await queue.EndAsync(delivery, Delivery.Outdated, null, stop);
            return;
        }
        var attempt = receiver is not null
            ? await TryAsync(receiver, delivery, stop)
            : new Attempt("hoop.yaml has no receiver of this name", Final: document.Version >= delivery.PolicyVersion);
        if (attempt.Error is null) await queue.EndAsync(delivery, Delivery.Delivered, null, stop);
        else await FailAsync(delivery, attempt, attempt.Error, stop);
    }

    private async Task<Attempt> TryAsync(ReceiverDocument receiver, Delivery delivery, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(options.Value.Timeout);
        try
        {
            return receiver.Kind == ReceiverKind.Email ? await mail.SendAsync(receiver, delivery, patience.Token) : await http.SendAsync(receiver, delivery, patience.Token);
        }
        catch (Exception e) when (e is ReceiverException or ReferenceException)
        {
            return new Attempt(e.Message);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new Attempt($"no answer within {options.Value.Timeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever a receiver does is its own failure, tried again; its text may hold what is secret.
            return new Attempt($"it failed ({e.GetType().Name})");
        }
    }

    private async Task FailAsync(Delivery delivery, Attempt attempt, string error, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var next = now + options.Value.PauseAfter(delivery.Attempts, Random.Shared.NextDouble(), attempt.Pause);
        if (!attempt.Final && next < delivery.GiveUpAt)
        {
            logger.NotDelivered(delivery.Event, delivery.Receiver, delivery.Attempts, error, next);
            await queue.TryLaterAsync(delivery, next, error, stop);
            return;
        }
        // On record first: what can not be recorded stays in the queue.
        audit.Record(GivenUp, AdminOutcomes.Failed, by: null, details: new Dictionary<string, string>
        {
            ["receiver"] = delivery.Receiver, ["event"] = delivery.Event, ["id"] = delivery.EventId.ToString(), ["request"] = delivery.RequestId?.ToString() ?? "",
            ["attempts"] = delivery.Attempts.ToString(System.Globalization.CultureInfo.InvariantCulture), ["error"] = error,
        });
        logger.GivenUp(delivery.Event, delivery.Receiver, delivery.Attempts, error);
        await queue.EndAsync(delivery, Delivery.GivenUp, error, stop);
    }

    /// <summary>People are not asked to decide what is decided. Programs are told of everything.</summary>
    private async Task<bool> IsOutdatedAsync(Delivery delivery, ReceiverDocument receiver, CancellationToken cancel)
    {
        if (receiver.Kind == ReceiverKind.Webhook || delivery.Event is not (NotificationEvents.RequestOpened or NotificationEvents.RequestEscalated)) return false;
        await using var db = await databases.CreateDbContextAsync(cancel);
        return !await db.Approvals.AnyAsync(one => one.CorrelationId == delivery.RequestId && one.CurrentState == nameof(ApprovalMachine.Pending), cancel);
    }
}
