using Hoop.Policy.Documents;
using Npgsql;

namespace Hoop.Policy.ConfigFile;

/// <summary>What happens before the service listens, so that it is never ready without a policy that it could have had.</summary>
internal static class PolicyStartup
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private const int Attempts = 60;

    public static void AddConfigFile(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ConfigFileStatus>();
        builder.Services.AddSingleton<ConfigFileLoader>();
        builder.Services.AddSingleton<ConfigFileWatcher>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ConfigFileWatcher>());
    }

    /// <summary>False when there is nothing to serve: the log says why, one line per mistake.</summary>
    public static async Task<bool> LoadPolicyAsync(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILogger<ConfigFileLoader>>();
        var activation = app.Services.GetRequiredService<PolicyActivation>();
        if (!await PrepareDatabaseAsync(app, logger)) return false;

        var before = await activation.CurrentAsync(CancellationToken.None);
        var loader = app.Services.GetRequiredService<ConfigFileLoader>();
        if (loader.Path is { } path)
        {
            app.Services.GetRequiredService<ConfigFileWatcher>().Take();
            if (!await loader.LoadAsync(path, CancellationToken.None))
            {
                if (before is null)
                {
                    logger.NothingToServe(path, app.Services.GetRequiredService<ConfigFileStatus>().Last!.Errors.Count);
                    return false;
                }
                logger.KeptLastGood(path, before.Version.Version);
            }
        }
        else if (before is null)
        {
            logger.WaitingForFirst();
        }
        activation.AnnounceCurrent();
        return true;
    }

    private static async Task<bool> PrepareDatabaseAsync(WebApplication app, ILogger logger)
    {
        var store = app.Services.GetRequiredService<PolicyStore>();
        var clock = app.Services.GetRequiredService<TimeProvider>();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await store.CreateSchemaAsync(CancellationToken.None);
                return true;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                logger.DatabaseUnreachable(e.Message);
                if (attempt == Attempts) return false;
            }
            await Task.Delay(Pause, clock);
        }
    }
}
