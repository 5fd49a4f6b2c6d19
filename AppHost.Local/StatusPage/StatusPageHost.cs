using Hoop.AppHost.Local.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hoop.AppHost.Local.StatusPage;

/// <summary>The status page, on loopback only.</summary>
static class StatusPageHost
{
    public static async Task<IAsyncDisposable> StartAsync(string? url, Orchestrator orchestrator)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var address = new Uri(url ?? $"http://127.0.0.1:{Ports.Free()}");
        builder.WebHost.UseUrls(address.GetLeftPart(UriPartial.Authority)).ConfigureKestrel(k => k.AddServerHeader = false);
        if (!address.IsLoopback)
            throw new Aspire.Hosting.DistributedApplicationException($"The status page shows logs and binds loopback only, not {address.Host}.");
        var app = builder.Build();
        app.Use(OnlyLocalNames);
        app.MapStatusPage(orchestrator);
        try
        {
            await app.StartAsync();
        }
        catch (IOException)
        {
            await app.DisposeAsync();
            throw new Aspire.Hosting.DistributedApplicationException($"Port {address.Port} (status page) is in use: stop what listens there, or choose another with HOOP_PORT_STATUS.");
        }
        return app;
    }

    /// <summary>A web page that points its own name at 127.0.0.1 (DNS rebinding) says that name here.</summary>
    static Task OnlyLocalNames(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-store";
        if (context.Request.Host.Host is "127.0.0.1" or "localhost")
            return next(context);
        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return context.Response.WriteAsync("This page answers to 127.0.0.1 and localhost only.\n");
    }
}
