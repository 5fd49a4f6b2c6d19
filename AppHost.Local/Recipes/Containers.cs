using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Running;

namespace Hoop.AppHost.Local.Recipes;

sealed class PostgresContainer(PostgresServerResource resource, LocalFolder folder) : ContainerRecipe(resource, folder)
{
    protected override string Image => "docker.io/library/postgres:17";

    protected override int InnerPort => 5432;

    protected override string DataPath => "/var/lib/postgresql/data";

    public override Task<bool> ProbeAsync(CancellationToken cancellationToken) => Probes.PostgresAsync(Settings.PortOf(resource), cancellationToken);

    /// <summary>The image itself runs the init files on a new volume, before it listens.</summary>
    public override async Task CompleteAsync(CancellationToken cancellationToken)
    {
        var setup = new PostgresSetup(resource, new LaunchableCommand("docker", "exec", "--interactive", ContainerName, "psql", "-U", "postgres", "-d", "postgres"));
        await setup.WaitUntilItTakesCommandsAsync(cancellationToken);
        await setup.CreateDatabasesAsync(cancellationToken);
    }

    protected override async Task<Dictionary<string, string>> EnvironmentAsync(CancellationToken cancellationToken) =>
        new(await base.EnvironmentAsync(cancellationToken)) { ["POSTGRES_PASSWORD"] = (await resource.PasswordParameter.GetValueAsync(cancellationToken))! };

    protected override IEnumerable<string> Mounts() =>
        [.. base.Mounts(), .. resource.Annotations.OfType<InitFilesAnnotation>().SelectMany(a => (string[])["--volume", $"{a.Directory}:/docker-entrypoint-initdb.d:ro"])];
}

sealed class RedisContainer(RedisResource resource, LocalFolder folder) : ContainerRecipe(resource, folder)
{
    protected override string Image => "docker.io/library/redis:7";

    protected override int InnerPort => 6379;

    protected override string DataPath => "/data";

    public override Task<bool> ProbeAsync(CancellationToken cancellationToken) => Probes.RedisAsync(Settings.PortOf(resource), cancellationToken);

    protected override IEnumerable<string> Command() => ["sh", "-c", "exec redis-server --save '' --requirepass \"$REDIS_PASSWORD\""];

    protected override async Task<Dictionary<string, string>> EnvironmentAsync(CancellationToken cancellationToken) =>
        new(await base.EnvironmentAsync(cancellationToken)) { ["REDIS_PASSWORD"] = (await resource.PasswordParameter.GetValueAsync(cancellationToken))! };
}

sealed class RabbitContainer(RabbitMQServerResource resource, LocalFolder folder) : ContainerRecipe(resource, folder)
{
    protected override string Image => "docker.io/library/rabbitmq:3";

    protected override int InnerPort => 5672;

    protected override string DataPath => "/var/lib/rabbitmq";

    public override Task<bool> ProbeAsync(CancellationToken cancellationToken) => Probes.AmqpAsync(Settings.PortOf(resource), cancellationToken);

    protected override async Task<Dictionary<string, string>> EnvironmentAsync(CancellationToken cancellationToken) =>
        new(await base.EnvironmentAsync(cancellationToken))
        {
            // The data directory is named after the node, and the node after the host.
            ["RABBITMQ_NODENAME"] = "hoop@localhost",
            ["RABBITMQ_DEFAULT_USER"] = RabbitMQServerResource.UserName,
            ["RABBITMQ_DEFAULT_PASS"] = (await resource.PasswordParameter.GetValueAsync(cancellationToken))!,
        };
}
