using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Hoop.ServiceDefaults.Http;

/// <summary>HTTP between services: <c>IHttpClientFactory.CreateClient("policy")</c> talks to <c>services:policy:http:0</c> with the internal key.</summary>
public static class ServiceClients
{
    /// <summary>Header with <c>Hoop:InternalKey</c>.</summary>
    public const string InternalKeyHeader = "X-Hoop-Internal";

    /// <summary>Header with the principal a service acts for: base64url of Contracts' <c>Principal</c> as JSON. Believed only beside a right key.</summary>
    public const string PrincipalHeader = "X-Hoop-Principal";

    /// <summary>Header with the time at which what that principal signed in with ends: seconds since 1970. Without it, the service that asks ends it.</summary>
    public const string ExpiryHeader = "X-Hoop-Expiry";

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
            // Shared by all who ask: what one answer sets must not go along with another question.
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseCookies = false })
            .AddHttpMessageHandler<ServiceAddressHandler>();
    }
}

/// <summary>Maps <c>http://name</c> to the address in configuration and adds the internal key.</summary>
internal sealed class ServiceAddressHandler(IConfiguration configuration) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        var address = configuration[$"services:{uri.Host}:http:0"]
            ?? throw new HttpRequestException($"No address for service '{uri.Host}': set services__{uri.Host}__http__0.");
        request.RequestUri = new Uri(new Uri(address), uri.PathAndQuery);
        if (configuration["Hoop:InternalKey"] is { Length: > 0 } key)
            request.Headers.TryAddWithoutValidation(ServiceClients.InternalKeyHeader, key);
        return base.SendAsync(request, cancellationToken);
    }
}
