using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Running;

namespace Hoop.AppHost.Local.StatusPage;

/// <summary>One row of the page and of <c>/api/resources</c>.</summary>
sealed record ResourceView(string Name, string Kind, string State, string Detail, int? ProcessId, long MemoryBytes, int Restarts, IReadOnlyList<string> Endpoints, IReadOnlyList<string> WaitsFor, string LastLine)
{
    public static ResourceView Of(ResourceRunner runner) => new(
        runner.Name,
        runner.Recipe.GetType().Name.Replace("Recipe", "").Replace("Local", ""),
        runner.Status.State.ToString(),
        runner.Status.Detail,
        runner.Status.ProcessId,
        runner.Status.ProcessId is { } id ? ProcessTable.MemoryOf(id) : 0,
        runner.Status.Restarts,
        [.. runner.Resource.Annotations.OfType<EndpointAnnotation>().Select(e => new EndpointReference(runner.Resource, e.Name).Url)],
        [.. runner.Dependencies.Select(d => d.Name)],
        runner.Log.Last(1).FirstOrDefault() ?? "");
}
