using System.Net;
using Hoop.Ingress.Catalog;
using Hoop.Ingress.Protocols.Postgres.Startup;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Hoop.Ingress.Protocols.Postgres;

/// <summary>Brings the PostgreSQL listener into the host.</summary>
public static class PostgresProtocol
{
    /// <summary>Registers the protocol and has Kestrel listen on <c>Hoop:Postgres:Listen</c>, next to the host's own URLs.</summary>
    public static WebApplicationBuilder AddPostgresProtocol(this WebApplicationBuilder builder)
    {
        builder.Services.AddPostgresProtocol(builder.Configuration);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenPostgres());
        return builder;
    }

    public static IServiceCollection AddPostgresProtocol(this IServiceCollection services, IConfiguration config)
    {
        var demo = config.GetValue<bool>("Hoop:Demo");
        services.AddOptions<PostgresOptions>().Bind(config.GetSection(PostgresOptions.Section))
            .Validate(options => IPEndPoint.TryParse(options.Listen, out _), $"{PostgresOptions.Section}:Listen must be an IP address and a port, such as 127.0.0.1:15432.")
            .Validate(options => !demo || IPEndPoint.TryParse(options.Listen, out var endpoint) && IPAddress.IsLoopback(endpoint.Address),
                $"The demo listens on loopback only: set {PostgresOptions.Section}:Listen to 127.0.0.1 or [::1], or leave the demo profile.")
            .ValidateOnStart();
        if (EventLoops.Supported) services.AddEventLoops(static provider => provider.GetRequiredService<IOptions<PostgresOptions>>().Value.EventLoops);
        services.AddSingleton<ITargetDialer, TcpTargetDialer>();
        services.AddSingleton<CatalogReader>();
        services.AddSingleton<TargetCatalogs>();
        services.AddSingleton<ITargetCatalog>(static provider => new PostgresTargetCatalog(provider.GetRequiredService<TargetCatalogs>(), provider.GetRequiredService<CatalogReader>().ReadAsync));
        services.AddSingleton<PostgresSessions>();
        services.AddSingleton<SqlAnalyzer>();
        services.AddSingleton<IGate, RealGate>();
        services.AddSingleton<PostgresConnectionHandler>();
        services.AddSingleton(provider => new PostgresServices(
            provider.GetRequiredService<IGate>(), provider.GetRequiredService<ITargetDialer>(), provider.GetRequiredService<ITargetCatalog>(),
            provider.GetRequiredService<SqlAnalyzer>().Analyze, provider.GetRequiredService<PostgresSessions>(),
            provider.GetRequiredService<IOptions<PostgresOptions>>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<PostgresConnectionHandler>>()));
        services.AddSingleton(provider => Certificate(config, provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>Listens for PostgreSQL clients.</summary>
    public static void ListenPostgres(this KestrelServerOptions kestrel)
    {
        var services = kestrel.ApplicationServices;
        var options = services.GetRequiredService<IOptions<PostgresOptions>>().Value;
        kestrel.ListenOnLoops(options.Endpoint, options.EventLoops > 0, listen => listen.UseConnectionHandler<PostgresConnectionHandler>());
        // An endpoint in code would switch off the configured URLs: they are named here as well.
        foreach (var url in (services.GetRequiredService<IConfiguration>()["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var address = BindingAddress.Parse(url);
            if (IPAddress.TryParse(address.Host, out var ip)) kestrel.Listen(ip, address.Port);
            else if (address.Host == "localhost") kestrel.ListenLocalhost(address.Port);
            else kestrel.ListenAnyIP(address.Port);
        }
    }

    private static ServerCertificate Certificate(IConfiguration config, TimeProvider clock)
    {
        var (certificate, key) = (config["Hoop:Postgres:CertificateFile"], config["Hoop:Postgres:KeyFile"]);
        if (certificate is not null && key is not null) return ServerCertificate.FromPem(certificate, key);
        return ServerCertificate.LoadOrCreate(config["Hoop:DataDirectory"] ?? throw new InvalidOperationException("Hoop:DataDirectory is not set"), clock);
    }
}
