using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Running;
using Hoop.AppHost.Local.StatusPage;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>
/// The part of Aspire's API that <c>AppHost.cs</c> uses, run with nothing but this machine: backing services as containers
/// where a container engine answers, else as local executables.
/// </summary>
public sealed class DistributedApplication : IAsyncDisposable
{
    readonly DistributedApplicationBuilder _builder;

    internal DistributedApplication(DistributedApplicationBuilder builder, ResourceNotificationService notifications)
    {
        _builder = builder;
        ResourceNotifications = notifications;
    }

    public ResourceNotificationService ResourceNotifications { get; }

    public static IDistributedApplicationBuilder CreateBuilder(string[] args)
    {
        var configuration = new ConfigurationManager();
        configuration.AddEnvironmentVariables().AddCommandLine(args);
        var directory = AppHostProjectDirectory();
        try
        {
            return new DistributedApplicationBuilder(configuration, directory, LocalFolder.Take(
                configuration["HOOP_DATA"] ?? Path.Combine(directory, "..", ".local")));
        }
        catch (DistributedApplicationException mistake)
        {
            return LocalConsole.Exit<IDistributedApplicationBuilder>(mistake);
        }
    }

    /// <summary>Starts everything and stays until SIGINT or SIGTERM; then stops everything, in reverse order.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        using var signals = new StopSignals(cancellationToken);
        try
        {
            await using var orchestrator = new Orchestrator(_builder.Resources, _builder.Folder, ResourceNotifications, TimeProvider.System);
            await orchestrator.PlanAsync(signals.Stopping);
            await using var page = await StatusPageHost.StartAsync(_builder.Configuration["ASPNETCORE_URLS"], orchestrator);
            await orchestrator.RunAsync(signals.Stopping, signals.Killing);
        }
        catch (DistributedApplicationException mistake)
        {
            LocalConsole.Exit<int>(mistake);
        }
        catch (OperationCanceledException) when (signals.Stopping.IsCancellationRequested)
        {
        }
        finally
        {
            await DisposeAsync();
        }
    }

    public void Run() => RunAsync().GetAwaiter().GetResult();

    public ValueTask DisposeAsync()
    {
        _builder.Folder.Dispose();
        return ValueTask.CompletedTask;
    }

    static string AppHostProjectDirectory() =>
        Assembly.GetEntryAssembly()?.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(a => string.Equals(a.Key, "apphostprojectpath", StringComparison.OrdinalIgnoreCase))?.Value
        ?? Directory.GetCurrentDirectory();
}
