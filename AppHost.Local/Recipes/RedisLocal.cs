using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Running;

namespace Hoop.AppHost.Local.Recipes;

/// <summary>Redis holds only what may be lost, so nothing is written to disk; the password stays out of the process list.</summary>
sealed class RedisLocal(RedisResource resource, ServiceFolder folder) : Recipe
{
    public override IEnumerable<RequiredBinary> Requires => [new("redis-server", "redis-server", Binaries.Find("redis-server"))];

    public override async Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        await folder.CreateAsync(keep: false, cancellationToken);
        var configuration = await folder.WriteAsync("redis.conf", $"""
            bind {EndpointReference.Loopback}
            port {Settings.PortOf(resource)}
            dir {folder.Path}
            save ""
            appendonly no
            requirepass {await resource.PasswordParameter.GetValueAsync(cancellationToken)}

            """, cancellationToken);
        return new LaunchSpec(Binaries.Find("redis-server")!, [configuration]) { User = folder.User, WorkingDirectory = folder.Path };
    }

    public override Task<bool> ProbeAsync(CancellationToken cancellationToken) => Probes.RedisAsync(Settings.PortOf(resource), cancellationToken);
}
