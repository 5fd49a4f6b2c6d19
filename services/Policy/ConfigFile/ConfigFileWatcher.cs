using Hoop.Policy.Documents;
using Npgsql;

namespace Hoop.Policy.ConfigFile;

/// <summary>Loads the file again when it changed. Polling: it works on every file system and mounted volume.</summary>
internal sealed class ConfigFileWatcher(
    ConfigFileLoader loader, PolicyActivation activation, TimeProvider clock, ILogger<ConfigFileWatcher> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private (DateTime Written, long Length) _seen;

    /// <summary>Remembers how the file looks, before it is read: a change during the reading is then seen as one.</summary>
    public void Remember()
    {
        if (loader.Path is { } path) _seen = Look(path);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (loader.Path is not { } path) return;
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (Look(path) == _seen) continue;
            await ReloadAsync(path, stoppingToken);
        }
    }

    private async Task ReloadAsync(string path, CancellationToken cancel)
    {
        var before = _seen;
        Remember();
        try
        {
            if (!await loader.LoadAsync(path, cancel) && activation.Active is { } active) logger.KeptLastGood(path, active.Version.Version);
        }
        catch (NpgsqlException e)
        {
            logger.DatabaseUnreachable(e.Message);
            _seen = before;
        }
    }

    private static (DateTime Written, long Length) Look(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : (default, -1);
    }
}
