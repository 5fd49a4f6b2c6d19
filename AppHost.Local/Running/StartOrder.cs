using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Hoop.AppHost.Local.Running;

static class StartOrder
{
    /// <summary>What a resource waits for; waiting for a database is waiting for its server, which makes it.</summary>
    public static IEnumerable<IResource> DependenciesOf(IResource resource) =>
        resource.Annotations.OfType<WaitAnnotation>().Select(w => Runnable(w.Resource)).Distinct();

    /// <summary>Dependencies first; otherwise as written.</summary>
    public static IReadOnlyList<IResource> Of(IEnumerable<IResource> resources)
    {
        var ordered = new List<IResource>();
        var path = new Stack<IResource>();
        foreach (var resource in resources)
            Visit(resource, ordered, path);
        return ordered;
    }

    static void Visit(IResource resource, List<IResource> ordered, Stack<IResource> path)
    {
        if (ordered.Contains(resource))
            return;
        if (path.Contains(resource))
            throw new DistributedApplicationException($"Resources wait for each other in a circle: {string.Join(" → ", path.Reverse().Append(resource).Select(r => r.Name))}.");
        path.Push(resource);
        foreach (var dependency in DependenciesOf(resource))
            Visit(dependency, ordered, path);
        path.Pop();
        ordered.Add(resource);
    }

    static IResource Runnable(IResource resource) =>
        resource is IResourceWithParent<IResource> child ? child.Parent : resource;
}
