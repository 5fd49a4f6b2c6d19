using Hoop.Policy.Documents;
using Npgsql;

namespace Hoop.Policy.ConfigFile;

/// <summary>Loads the file again when it changed. Polling: it works on every file system and mounted volume.</summary>
internal sealed class ConfigFileWatcher(
    ConfigFileLoader loader, PolicyActivation activation, TimeProvider clock, ILogger<ConfigFileWatcher> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly WatchedFile? _file = loader.Path is { } path ? new WatchedFile(path) : null;

    /// <summary>The start reads the file by itself.</summary>
    public void Take() => _file?.Take();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_file is null) return;
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            if (_file.HasSettled()) await ReloadAsync(_file, stoppingToken);
    }

    private async Task ReloadAsync(WatchedFile file, CancellationToken cancel)
    {
        file.Take();
        try
        {
            if (!await loader.LoadAsync(file.Path, cancel) && activation.Active is { } active) logger.KeptLastGood(file.Path, active.Version.Version);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            logger.DatabaseUnreachable(e.Message);
            file.Retry();
        }
    }
}
