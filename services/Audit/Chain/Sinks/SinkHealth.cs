using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hoop.Audit.Chain.Sinks;

/// <summary>Degraded while a sink is behind: the service does its work, and yet what it says can not be proven against itself.</summary>
internal sealed class SinkHealth(IEnumerable<ICheckpointSink> sinks, CheckpointDelivery delivery, TimeProvider clock) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var late = new List<string>();
        foreach (var sink in sinks)
            if (await delivery.StateAsync(sink, cancellationToken) is var state && state.IsLate(clock.GetUtcNow()))
                late.Add($"{state.Name} is {state.Behind} entries behind since {state.Since:yyyy-MM-dd'T'HH:mm:ss'Z'}");
        return late.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join("; ", late));
    }
}
