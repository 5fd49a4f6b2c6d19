using System.Collections.Concurrent;
using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults.Auditing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace Hoop.Testing;

/// <summary>Every service's tests hold its routes against this: what can change something is on record.</summary>
internal static class AuditedRoutes
{
    private static readonly HashSet<string> Harmless = ["GET", "HEAD", "OPTIONS"];

    /// <summary>No route takes more than GET without saying what its event is, or why it has none.</summary>
    public static void ShouldAllBeDeclared(IServiceProvider service)
    {
        var routes = Routes(service).ToList();
        routes.ShouldNotBeEmpty();
        routes.Where(r => CanChange(r) && r.Metadata.GetMetadata<AuditedAttribute>() is null && r.Metadata.GetMetadata<NotAuditedAttribute>() is null)
            .Select(r => r.DisplayName).ShouldBeEmpty("declare each with .Audited(\"object.verb\") or .NotAudited(\"why\")");
    }

    /// <summary>Each route that declares an event emits it, even for somebody unknown who is turned away.</summary>
    public static async Task ShouldEmitWhenRefusedAsync(IServiceProvider service, HttpClient anonymous)
    {
        var emitted = new ConcurrentQueue<AdminAction>();
        var audited = Routes(service).Where(r => r.Metadata.GetMetadata<AuditedAttribute>() is not null).ToList();
        if (audited.Count == 0)
            return;
        service.GetRequiredService<AdminJournal>().Ended += emitted.Enqueue;
        foreach (var route in audited)
        {
            var kind = route.Metadata.GetRequiredMetadata<AuditedAttribute>().Kind;
            using var request = new HttpRequestMessage(new HttpMethod(route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0]), PathOf(route));
            using var answer = await anonymous.SendAsync(request);

            ((int)answer.StatusCode).ShouldBeInRange(300, 499, $"{route.DisplayName} lets anybody in");
            emitted.ShouldContain(action => action.Kind == kind && action.Outcome == AdminOutcomes.Refused && action.By == null, $"{route.DisplayName} did not emit {kind}");
            emitted.Clear();
        }
    }

    private static IEnumerable<RouteEndpoint> Routes(IServiceProvider service) =>
        service.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().Distinct();

    private static bool CanChange(RouteEndpoint route) =>
        route.Metadata.GetMetadata<HttpMethodMetadata>() is not { HttpMethods.Count: > 0 } methods || methods.HttpMethods.Any(m => !Harmless.Contains(m));

    private static string PathOf(RouteEndpoint route) => "/" + string.Join('/', route.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart separator => separator.Content,
        _ => Guid.Empty.ToString(),
    }))));
}
