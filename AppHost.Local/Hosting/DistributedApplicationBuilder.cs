using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Running;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

sealed class DistributedApplicationBuilder(IConfigurationManager configuration, string appHostDirectory, LocalFolder folder)
    : IDistributedApplicationBuilder
{
    public IConfigurationManager Configuration { get; } = configuration;

    public string AppHostDirectory { get; } = appHostDirectory;

    public ICollection<IResource> Resources { get; } = [];

    internal LocalFolder Folder { get; } = folder;

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        if (Resources.Any(r => r.Name == resource.Name))
            throw new DistributedApplicationException($"Two resources are named '{resource.Name}'.");
        Resources.Add(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    public DistributedApplication Build() => new(this, new ResourceNotificationService());

    sealed class ResourceBuilder<T>(IDistributedApplicationBuilder application, T resource) : IResourceBuilder<T> where T : IResource
    {
        public IDistributedApplicationBuilder ApplicationBuilder { get; } = application;

        public T Resource { get; } = resource;

        public IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation) where TAnnotation : IResourceAnnotation
        {
            Resource.Annotations.Add(annotation);
            return this;
        }
    }
}
