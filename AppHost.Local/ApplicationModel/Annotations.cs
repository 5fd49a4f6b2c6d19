namespace Aspire.Hosting.ApplicationModel;

/// <param name="Value">A string or an <see cref="IValueProvider"/>.</param>
sealed record EnvironmentAnnotation(string Name, object Value) : IResourceAnnotation;

sealed record ArgumentsAnnotation(IReadOnlyList<string> Arguments) : IResourceAnnotation;

sealed record WaitAnnotation(IResource Resource) : IResourceAnnotation;

sealed record HttpHealthCheckAnnotation(string Path, string EndpointName) : IResourceAnnotation;

sealed record ProjectAnnotation(IProjectMetadata Metadata) : IResourceAnnotation;

sealed record InitFilesAnnotation(string Directory) : IResourceAnnotation;

sealed record DataVolumeAnnotation : IResourceAnnotation;
