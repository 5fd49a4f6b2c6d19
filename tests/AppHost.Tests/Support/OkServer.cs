using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Hoop.AppHost.Tests.Support;

/// <summary>Answers every health check on a resource's endpoint.</summary>
static class OkServer
{
    public static async Task<WebApplication> StartAsync(IResource resource)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(new EndpointReference(resource, "http").Url);
        var app = builder.Build();
        app.MapGet("/health", () => "Healthy");
        await app.StartAsync();
        return app;
    }
}
