using Hoop.Contracts.Audit;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hoop.ServiceDefaults.Auditing;

/// <summary>Takes the journal to Audit, until Audit says that it has it.</summary>
internal sealed class AdminShipper(AdminJournal journal, IBus bus, TimeProvider clock, ILogger<AdminShipper> logger) : BackgroundService
{
    private const int MaxActions = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var stalled = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var actions = await journal.TakeAsync(MaxActions, stoppingToken);
                using var patience = new CancellationTokenSource(Patience, clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, patience.Token);
                await bus.CreateRequestClient<RecordAdminActions>(RequestTimeout.After(ms: (int)Patience.TotalMilliseconds))
                    .GetResponse<AdminActionsRecorded>(new RecordAdminActions(actions), either.Token).Until(either.Token);
                journal.Confirm(actions);
                stalled = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever the broker says: they are on the disk, and it is tried again.
                if (!stalled)
                    logger.NotShipped(journal.Waiting.Count, e.Message);
                stalled = true;
                await Task.Delay(TimeSpan.FromSeconds(1), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
