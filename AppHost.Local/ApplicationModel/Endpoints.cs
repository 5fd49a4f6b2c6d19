namespace Aspire.Hosting.ApplicationModel;

public enum EndpointProperty { Url, Host, IPV4Host, Port, Scheme, TargetPort, HostAndPort }

/// <summary>A listening port of a resource. <see cref="Port"/> is chosen before anything starts.</summary>
public sealed class EndpointAnnotation(string name, string scheme, int? port, string? environmentVariable) : IResourceAnnotation
{
    public string Name { get; } = name;

    public string UriScheme { get; } = scheme;

    public int? Port { get; set; } = port;

    public string? PortVariable { get; } = environmentVariable;
}

/// <summary>Points at an endpoint that may not be chosen yet. Local endpoints are on loopback, always.</summary>
public sealed class EndpointReference(IResource owner, string endpointName) : IValueProvider
{
    public const string Loopback = "127.0.0.1";

    public IResource Resource { get; } = owner;

    public string EndpointName { get; } = endpointName;

    public EndpointAnnotation EndpointAnnotation =>
        Resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(e => e.Name == EndpointName)
        ?? throw new DistributedApplicationException($"'{Resource.Name}' has no endpoint '{EndpointName}'.");

    public int Port => EndpointAnnotation.Port
        ?? throw new DistributedApplicationException($"The port of '{Resource.Name}' is not chosen before the application starts.");

    public string Host => Loopback;

    public string Scheme => EndpointAnnotation.UriScheme;

    public string Url => $"{Scheme}://{Host}:{Port}";

    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(Url);
}

public sealed class EndpointReferenceExpression(EndpointReference endpoint, EndpointProperty property) : IValueProvider
{
    public EndpointReference Endpoint { get; } = endpoint;

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(property switch
    {
        EndpointProperty.Host or EndpointProperty.IPV4Host => Endpoint.Host,
        EndpointProperty.Port or EndpointProperty.TargetPort => Endpoint.Port.ToString(),
        EndpointProperty.Scheme => Endpoint.Scheme,
        EndpointProperty.HostAndPort => $"{Endpoint.Host}:{Endpoint.Port}",
        _ => Endpoint.Url,
    });
}
