using System.Collections.Concurrent;
using Hoop.Audit.Chain;
using Hoop.Audit.Storage;
using Npgsql;

namespace Hoop.Audit.Ingest;

/// <summary>Has the partitions made that a batch needs, ahead of its transaction: one look in memory for nearly every batch.</summary>
internal sealed class EventPartitions
{
    private readonly ConcurrentDictionary<long, bool> known = new();

    public async Task EnsureAsync(NpgsqlConnection connection, IReadOnlyList<BatchedEvent> events, CancellationToken cancel)
    {
        foreach (var e in events)
            await EnsureAsync(connection, e.At, cancel);
    }

    public async Task EnsureAsync(NpgsqlConnection connection, DateTimeOffset at, CancellationToken cancel)
    {
        if (known.ContainsKey(Week.Of(at)))
            return;
        await using var command = new NpgsqlCommand("SELECT audit.ensure_events_partition($1), audit.ensure_record_partitions($1)", connection) { Parameters = { new() { Value = at.ToUniversalTime() } } };
        await command.ExecuteScalarAsync(cancel);
        known[Week.Of(at)] = true;
    }

    /// <summary>After one was dropped: the next batch asks again.</summary>
    public void Forget() => known.Clear();
}
