using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Running;

namespace Hoop.AppHost.Local.Recipes;

sealed class ExecutableRecipe(ExecutableResource resource) : Recipe
{
    public override IEnumerable<RequiredBinary> Requires =>
        resource.Command.Contains('/') ? [] : [new(resource.Command, resource.Command is "node" ? "nodejs" : resource.Command, Binaries.Find(resource.Command))];

    public override async Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken) =>
        new(resource.Command, Settings.ArgumentsOf(resource))
        {
            Environment = await Settings.EnvironmentOfAsync(resource, cancellationToken),
            InheritEnvironment = true,
            WorkingDirectory = resource.WorkingDirectory,
        };

    public override Task<bool> ProbeAsync(CancellationToken cancellationToken) => Settings.IsHealthyAsync(resource, cancellationToken);
}
