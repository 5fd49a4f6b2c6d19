using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hoop.Ingress.Journal;

/// <summary>Unhealthy while events, and so operations, are refused. A backlog alone is only told.</summary>
internal sealed class JournalHealth(FileJournal journal, JournalOptions options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var backlog = journal.BacklogBytes;
        var data = new Dictionary<string, object> { ["backlogBytes"] = backlog, ["maxBytes"] = options.MaxBytes, ["statementsWaitMs"] = journal.Wait.TotalMilliseconds };
        return Task.FromResult(journal.Trouble is { } trouble
            ? HealthCheckResult.Unhealthy(trouble, data: data)
            : HealthCheckResult.Healthy($"{backlog} bytes wait for Audit", data));
    }
}
