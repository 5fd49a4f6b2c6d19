using Hoop.Audit.Chain.Log;
using Hoop.Audit.Storage;
using Npgsql;

namespace Hoop.Audit.Chain.Sinks;

/// <param name="Size">Entries that the sink has.</param>
/// <param name="Behind">Entries that are signed and that it has not.</param>
/// <param name="Since">When the oldest of them was signed; null when it has all.</param>
internal sealed record SinkState(string Name, long Size, long Behind, DateTimeOffset? Since)
{
    /// <summary>Later than this is trouble, not the way there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public bool IsLate(DateTimeOffset now) => Since is { } since && now - since > Patience;
}

/// <summary>Brings sinks what they have not got yet, in order; their places are in the database, so that none depends on a process.</summary>
internal sealed class CheckpointDelivery(EvidenceLog log, AuditDatabase database)
{
    /// <summary>The next signed tree head with everything that came in since the one the sink has; false when it has all.</summary>
    public async Task<bool> DeliverNextAsync(ICheckpointSink sink, CancellationToken cancel)
    {
        if (await NextAsync(sink, cancel) is not { } checkpoint)
            return false;
        // No connection waits for somebody else's answer.
        await sink.DeliverAsync(checkpoint, cancel);
        await using var connection = await database.OpenAsync(cancel);
        await using var move = new NpgsqlCommand(
            "INSERT INTO audit.sink_positions AS p (sink, size) VALUES ($1, $2) ON CONFLICT (sink) DO UPDATE SET size = greatest(p.size, excluded.size)", connection)
        {
            Parameters = { new() { Value = sink.Name }, new() { Value = checkpoint.Head.Size } },
        };
        await move.ExecuteNonQueryAsync(cancel);
        return true;
    }

    public async Task<SinkState> StateAsync(ICheckpointSink sink, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var size = await PositionAsync(connection, sink.Name, cancel);
        var (next, newest) = (await log.FirstHeadAsync(connection, size + 1, cancel), await log.HeadAsync(connection, cancel));
        return new SinkState(sink.Label, size, next is null ? 0 : newest!.Size - size, next?.At);
    }

    private async Task<Checkpoint?> NextAsync(ICheckpointSink sink, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var from = await PositionAsync(connection, sink.Name, cancel);
        if (await log.FirstHeadAsync(connection, from + 1, cancel) is not { } head)
            return null;
        var entries = await LogTable.EntriesAsync(connection, from, head.Size, cancel);
        return new Checkpoint(head, from, [.. entries.Select(e => e.Text)]);
    }

    private static async Task<long> PositionAsync(NpgsqlConnection connection, string sink, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT size FROM audit.sink_positions WHERE sink = $1", connection) { Parameters = { new() { Value = sink } } };
        return await command.ExecuteScalarAsync(cancel) as long? ?? 0;
    }
}
