using Hoop.Audit.Chain.Log;
using Hoop.Audit.Storage;
using Npgsql;

namespace Hoop.Audit.Chain;

/// <summary>Seals the log several times a minute and takes it to the sinks, each at its own pace, until each has said that it has it.</summary>
internal sealed class LogKeeper(EvidenceLog log, AuditDatabase database, IEnumerable<ICheckpointSink> sinks, IConfiguration configuration, TimeProvider clock, ILogger<LogKeeper> logger)
    : BackgroundService
{
    private readonly TimeSpan interval = TimeSpan.FromSeconds(Math.Clamp(configuration.GetValue("Hoop:Audit:SealSeconds", 20), 1, 60));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        do
        {
            try
            {
                while (await log.SealAsync(stoppingToken) is not null)
                {
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.NotSealed(e.Message);
            }

            foreach (var sink in sinks)
                await TryDeliverAsync(sink, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TryDeliverAsync(ICheckpointSink sink, CancellationToken cancel)
    {
        try
        {
            while (await DeliverAsync(sink, cancel))
            {
            }
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            // Whatever the sink says: the log is in the database, and the next round brings it what it misses.
            logger.SinkFailed(sink.Name, e.Message);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    /// <summary>The next signed tree head with everything that came in since the one the sink has; false when it has all.</summary>
    internal async Task<bool> DeliverAsync(ICheckpointSink sink, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var from = await PositionAsync(connection, sink.Name, cancel);
        if (await LogTable.FirstHeadAsync(connection, log.Origin, from + 1, cancel) is not { } head)
            return false;
        var entries = await LogTable.EntriesAsync(connection, from, head.Size, cancel);
        await sink.DeliverAsync(new Checkpoint(head, from, [.. entries.Select(e => e.Text)]), cancel);
        await using var move = new NpgsqlCommand(
            "INSERT INTO audit.sink_positions AS p (sink, size) VALUES ($1, $2) ON CONFLICT (sink) DO UPDATE SET size = greatest(p.size, excluded.size)", connection)
        {
            Parameters = { new() { Value = sink.Name }, new() { Value = head.Size } },
        };
        await move.ExecuteNonQueryAsync(cancel);
        return true;
    }

    private static async Task<long> PositionAsync(NpgsqlConnection connection, string sink, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT size FROM audit.sink_positions WHERE sink = $1", connection) { Parameters = { new() { Value = sink } } };
        return await command.ExecuteScalarAsync(cancel) as long? ?? 0;
    }
}

/// <summary>Where signed tree heads go that this service can not take back: the last line against somebody who has the database and the key.</summary>
internal interface ICheckpointSink
{
    /// <summary>The name under which its progress is kept.</summary>
    string Name { get; }

    /// <summary>Returns when the sink has it. It may come twice.</summary>
    Task DeliverAsync(Checkpoint checkpoint, CancellationToken cancel);
}
