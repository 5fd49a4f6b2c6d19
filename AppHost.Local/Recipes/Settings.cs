using Aspire.Hosting.ApplicationModel;

namespace Hoop.AppHost.Local.Recipes;

/// <summary>What the model says about a resource, as plain values.</summary>
static class Settings
{
    public static async Task<Dictionary<string, string>> EnvironmentOfAsync(IResource resource, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>();
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.PortVariable is not null))
            environment[endpoint.PortVariable!] = endpoint.Port!.Value.ToString();
        foreach (var variable in resource.Annotations.OfType<EnvironmentAnnotation>())
            environment[variable.Name] = variable.Value is IValueProvider value
                ? await value.GetValueAsync(cancellationToken) ?? ""
                : (string)variable.Value;
        return environment;
    }

    public static IReadOnlyList<string> ArgumentsOf(IResource resource) =>
        [.. resource.Annotations.OfType<ArgumentsAnnotation>().SelectMany(a => a.Arguments)];

    /// <summary>Its health check says so, and it listens wherever the model says.</summary>
    public static async Task<bool> IsHealthyAsync(IResource resource, CancellationToken cancellationToken)
    {
        foreach (var check in resource.Annotations.OfType<HttpHealthCheckAnnotation>())
            if (!await Probes.HttpAsync(new EndpointReference(resource, check.EndpointName).Url + check.Path, cancellationToken))
                return false;
        return resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.UriScheme is not "http").All(e => Probes.Listens(e.Port!.Value));
    }

    public static bool KeepsData(IResource resource) => resource.Annotations.OfType<DataVolumeAnnotation>().Any();

    public static int PortOf(IResource resource) => new EndpointReference(resource, "tcp").Port;
}
