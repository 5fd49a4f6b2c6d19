using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

public interface IDistributedApplicationBuilder
{
    IConfigurationManager Configuration { get; }

    /// <summary>The folder of the AppHost project; relative paths start there.</summary>
    string AppHostDirectory { get; }

    ICollection<IResource> Resources { get; }

    IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

    DistributedApplication Build();
}

public interface IProjectMetadata
{
    string ProjectPath { get; }

    /// <summary>The built assembly; known because building the AppHost builds the project.</summary>
    string TargetPath { get; }
}

/// <summary>A mistake that its message explains in one line.</summary>
public class DistributedApplicationException(string message) : Exception(message);
