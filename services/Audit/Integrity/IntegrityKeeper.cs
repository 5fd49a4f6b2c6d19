using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hoop.Audit.Integrity;

/// <summary>Checks all evidence once a day, and remembers what the last check found.</summary>
internal sealed class IntegrityKeeper(DatabaseCheck check, TimeProvider clock, ILogger<IntegrityKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan First = TimeSpan.FromHours(1), Interval = TimeSpan.FromDays(1);

    private int running;

    /// <summary>Null before the first.</summary>
    public IntegrityReport? Last { get; private set; }

    /// <summary>One at a time: it reads everything. Whoever began says <see cref="End"/>.</summary>
    public bool TryBegin() => Interlocked.CompareExchange(ref running, 1, 0) == 0;

    public void End() => Volatile.Write(ref running, 0);

    public async Task<IntegrityReport> CheckAsync(Func<long, Task>? progress, CancellationToken cancel)
    {
        var report = await check.RunAsync(progress, cancel);
        if (report.Stopped is { } why)
            logger.NotChecked(why);
        if (report.Problems is [var first, ..])
            logger.EvidenceChanged(report.Found, first.Session, first.Message);
        return Last = report;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var pause = First; !stoppingToken.IsCancellationRequested;)
        {
            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested || !TryBegin())
                continue;
            try
            {
                pause = await CheckAsync(progress: null, stoppingToken) is { Stopped: null } ? Interval : First;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            finally
            {
                End();
            }
        }
    }
}

/// <summary>Degraded once a check has found something or could not be finished, until one finds nothing; and for a week after an event was refused as tampering.</summary>
internal sealed class IntegrityHealth(IntegrityKeeper keeper) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(keeper.Last switch
    {
        { Stopped: { } why, At: var at } => HealthCheckResult.Degraded($"the stored evidence could not be checked {Time(at)}: {why}"),
        { Ok: false } report => HealthCheckResult.Degraded($"the stored evidence was changed: {report.Found} problems, found {Time(report.At)}"),
        { Refused: { Recent: true } refused } => HealthCheckResult.Degraded($"{refused.Count} events were refused and kept as evidence of tampering, the newest {refused.Newest}"),
        _ => HealthCheckResult.Healthy(),
    });

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
