using System.Runtime.InteropServices;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Running;

namespace Hoop.AppHost.Local.Recipes;

/// <summary>Runs a service's built executable; building the AppHost has built it.</summary>
sealed class ProjectRecipe(ProjectResource resource) : Recipe
{
    public override async Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        var project = resource.Annotations.OfType<ProjectAnnotation>().Single().Metadata;
        var executable = Path.ChangeExtension(project.TargetPath, null);
        if (!File.Exists(executable))
            throw new DistributedApplicationException($"{executable} is not built: run `dotnet build AppHost`.");
        return new LaunchSpec(executable, Settings.ArgumentsOf(resource))
        {
            Environment = await EnvironmentAsync(cancellationToken),
            InheritEnvironment = true,
            WorkingDirectory = Path.GetDirectoryName(project.ProjectPath)!,
        };
    }

    public override Task<bool> ProbeAsync(CancellationToken cancellationToken) => Settings.IsHealthyAsync(resource, cancellationToken);

    async Task<Dictionary<string, string>> EnvironmentAsync(CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>
        {
            ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")),
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            // Many processes share this machine: small heaps before the last percent of throughput.
            ["DOTNET_gcServer"] = "0",
            ["DOTNET_GCConserveMemory"] = "5",
            ["DOTNET_NOLOGO"] = "1",
        };
        var http = resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.UriScheme is "http");
        environment["ASPNETCORE_URLS"] = string.Join(';', http.Select(e => new EndpointReference(resource, e.Name).Url));
        foreach (var (name, value) in await Settings.EnvironmentOfAsync(resource, cancellationToken))
            environment[name] = value;
        return environment;
    }
}
