using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Hoop.ServiceDefaults.Http;

/// <summary>HTTP between services: <c>IHttpClientFactory.CreateClient("policy")</c> talks to <c>services:policy:http:0</c>, and signs what it asks.</summary>
public static class ServiceClients
{
    private static readonly string[] Names = ["policy", "masking", "approval", "audit", "ingress"];

    internal static void AddServiceClients(this IServiceCollection services)
    {
        services.AddTransient<ServiceAddressHandler>();
        foreach (var name in Names)
            services.AddHttpClient(name, client =>
            {
                client.BaseAddress = new Uri($"http://{name}");
                client.Timeout = TimeSpan.FromSeconds(30);
            })
            // Shared by all who ask: what one answer sets must not go along with another question; and what is signed for one address is for no other.
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
            .AddHttpMessageHandler<ServiceAddressHandler>();
    }
}

/// <summary>Maps <c>http://name</c> to the address in configuration and signs the request with the internal key.</summary>
internal sealed class ServiceAddressHandler(IConfiguration configuration, TimeProvider clock) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        var address = configuration[$"services:{uri.Host}:http:0"]
            ?? throw new HttpRequestException($"No address for service '{uri.Host}': set services__{uri.Host}__http__0.");
        request.RequestUri = new Uri(new Uri(address), uri.PathAndQuery);
        if (configuration["Hoop:InternalKey"] is { Length: > 0 } key) request.Sign(key, clock.GetUtcNow());
        return base.SendAsync(request, cancellationToken);
    }
}
