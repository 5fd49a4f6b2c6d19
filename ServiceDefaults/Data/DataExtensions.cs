using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;
using StackExchange.Redis;

namespace Hoop.ServiceDefaults;

/// <summary>Same names and meaning as Aspire.Npgsql and Aspire.StackExchange.Redis: connection string by name, health check, telemetry.</summary>
public static class DataExtensions
{
    public static void AddNpgsqlDataSource(this IHostApplicationBuilder builder, string connectionName)
    {
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(builder.Configuration.RequireConnectionString(connectionName)));
        builder.Services.AddHealthChecks().AddAsyncCheck(connectionName, async cancel =>
        {
            try
            {
                await using var connection = new NpgsqlConnection(builder.Configuration.RequireConnectionString(connectionName));
                await connection.OpenAsync(cancel);
                return HealthCheckResult.Healthy();
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                return HealthCheckResult.Unhealthy(e.Message);
            }
        }, timeout: TimeSpan.FromSeconds(5));
    }

    public static void AddRedisClient(this IHostApplicationBuilder builder, string connectionName)
    {
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ =>
        {
            var options = ConfigurationOptions.Parse(builder.Configuration.RequireConnectionString(connectionName));
            options.AbortOnConnectFail = false;
            return ConnectionMultiplexer.Connect(options);
        });
    }

    internal static string RequireConnectionString(this IConfiguration configuration, string name) =>
        configuration.GetConnectionString(name)
        ?? throw new InvalidOperationException($"No connection string '{name}': set ConnectionStrings__{name}.");
}
