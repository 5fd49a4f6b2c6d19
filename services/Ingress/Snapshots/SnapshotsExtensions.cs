using System.Security.Cryptography;
using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults;
using Hoop.ServiceDefaults.Documents;
using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hoop.Ingress.Snapshots;

internal static class SnapshotsExtensions
{
    internal static void AddSnapshots(this IHostApplicationBuilder builder)
    {
        var directory = builder.Configuration["Hoop:DataDirectory"] ?? throw new InvalidOperationException("Set Hoop__DataDirectory.");
        builder.Services.AddSingleton<SnapshotStore>();
        builder.Services.AddSingleton(ReadKey(builder.Configuration["Hoop:Masking:Key"]));
        builder.Services.AddSingleton(provider => new DocumentCache<MaskingDocument>(provider.GetRequiredService<IHttpClientFactory>(), "masking", "/documents/current", null));
        builder.Services.AddSingleton(provider => new DocumentCache<SnapshotPair>(provider.GetRequiredService<IHttpClientFactory>(), "policy", "", Path.Combine(directory, "snapshot.json")));
        builder.Services.AddSingleton<SnapshotFeed>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<SnapshotFeed>());
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration("snapshot", provider => new SnapshotHealth(provider.GetRequiredService<SnapshotStore>()), null, null));
    }

    internal static void AddSnapshotConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddPolicyActivatedConsumer();
        bus.AddOwnQueueConsumer<MaskingActivatedConsumer>();
    }

    private static MaskingKey ReadKey(string? base64)
    {
        // Without a configured key hashes are still unguessable, but differ between instances and restarts.
        var bytes = base64 is { Length: > 0 } ? Convert.FromBase64String(base64) : RandomNumberGenerator.GetBytes(32);
        return bytes.Length >= 32 ? new MaskingKey(bytes) : throw new InvalidOperationException("Hoop__Masking__Key is too short: give at least 32 bytes as base64.");
    }
}

internal sealed class SnapshotHealth(SnapshotStore store) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(store.Current is null ? HealthCheckResult.Unhealthy("no policy yet: everything is refused") : HealthCheckResult.Healthy());
}
