using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hoop.Audit.Retention;

/// <summary>Degraded while a legal hold says that it was released and nothing proves it: what it held is kept, and somebody has to look.</summary>
internal sealed class RetentionHealth(ReleaseProofs releases) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(releases.Last?.NotProved.FirstOrDefault(release => !release.OnItsWay) is { } release
            ? HealthCheckResult.Degraded($"legal hold {release.Hold} says that it was released, and {release.Why}; retention keeps what it held")
            : HealthCheckResult.Healthy());
}
