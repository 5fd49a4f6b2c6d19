using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Running;

namespace Hoop.AppHost.Local.Recipes;

/// <summary>A backing service as a container that lives as long as the <c>docker run</c> in front of it.</summary>
abstract class ContainerRecipe(ContainerResource resource, LocalFolder folder) : Recipe
{
    protected string ContainerName { get; } = $"hoop-{StableHash.Of(folder.Root)}-{resource.Name}";

    protected abstract string Image { get; }

    protected abstract int InnerPort { get; }

    protected abstract string DataPath { get; }

    public override async Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        // One of the same name is left over from a run that was killed.
        await Shell.TryAsync(new LaunchableCommand("docker", "rm", "--force", ContainerName), cancellationToken);
        var environment = await EnvironmentAsync(cancellationToken);
        return new LaunchSpec("docker",
        [
            "run", "--rm", "--name", ContainerName,
            "--publish", $"{EndpointReference.Loopback}:{Settings.PortOf(resource)}:{InnerPort}",
            // The values come from docker's own environment: arguments can be read by everybody on the machine.
            .. environment.Keys.SelectMany(name => (string[])["--env", name]),
            .. Mounts(), Image, .. Command(),
        ])
        {
            Environment = environment,
            InheritEnvironment = true,
        };
    }

    protected virtual IEnumerable<string> Command() => Settings.ArgumentsOf(resource);

    protected virtual Task<Dictionary<string, string>> EnvironmentAsync(CancellationToken cancellationToken) =>
        Settings.EnvironmentOfAsync(resource, cancellationToken);

    protected virtual IEnumerable<string> Mounts() =>
        Settings.KeepsData(resource) ? ["--volume", $"{ContainerName}:{DataPath}"] : [];
}
