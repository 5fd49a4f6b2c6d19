using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Running;

namespace Hoop.AppHost.Local.Recipes;

sealed class RabbitLocal(RabbitMQServerResource resource, ServiceFolder folder) : Recipe
{
    readonly int _distributionPort = Ports.Free();

    public override IEnumerable<RequiredBinary> Requires => [new("rabbitmq-server", "rabbitmq-server", Binaries.FindRabbitServer())];

    public override async Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        await folder.CreateAsync(Settings.KeepsData(resource), cancellationToken);
        var configuration = await folder.WriteAsync("rabbitmq.conf", $"""
            listeners.tcp.1 = {EndpointReference.Loopback}:{Settings.PortOf(resource)}
            default_user = {RabbitMQServerResource.UserName}
            default_pass = {await resource.PasswordParameter.GetValueAsync(cancellationToken)}
            log.console.level = warning
            log.connection.level = error
            vm_memory_high_watermark.absolute = 300MB
            disk_free_limit.absolute = 50MB

            """, cancellationToken);
        var plugins = await folder.WriteAsync("enabled_plugins", "[].", cancellationToken);
        return new LaunchSpec(Binaries.FindRabbitServer()!, Settings.ArgumentsOf(resource))
        {
            User = folder.User,
            WorkingDirectory = folder.Path,
            Environment = Variables(configuration, plugins),
        };
    }

    public override Task<bool> ProbeAsync(CancellationToken cancellationToken) => Probes.AmqpAsync(Settings.PortOf(resource), cancellationToken);

    /// <summary>Everything that would otherwise come from Debian's own installation of the server.</summary>
    Dictionary<string, string> Variables(string configuration, string plugins) => new()
    {
        ["HOME"] = folder.Path,
        ["RABBITMQ_NODENAME"] = "hoop@localhost",
        ["RABBITMQ_DIST_PORT"] = _distributionPort.ToString(),
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder.Path, "mnesia"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(folder.Path, "log"),
        ["RABBITMQ_LOGS"] = "-",
        ["RABBITMQ_CONFIG_FILE"] = configuration,
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = plugins,
        ["RABBITMQ_PID_FILE"] = Path.Combine(folder.Path, "pid"),
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        ["RABBITMQ_GENERATED_CONFIG_DIR"] = Path.Combine(folder.Path, "generated"),
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none",
        ["ERL_EPMD_PORT"] = EpmdResource.PortFor(resource).ToString(),
        ["ERL_EPMD_ADDRESS"] = EndpointReference.Loopback,
        // The start script then becomes the server, instead of waiting for it: one process to signal.
        ["RUNNING_UNDER_SYSTEMD"] = "true",
    };
}
