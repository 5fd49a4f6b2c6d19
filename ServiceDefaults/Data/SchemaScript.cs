using Npgsql;

namespace Hoop.ServiceDefaults;

/// <summary>Runs a service's idempotent schema script as one transaction, one instance at a time.</summary>
public static class SchemaScript
{
    /// <param name="lockKey">Any constant of the service's own: it only has to be the same in every instance.</param>
    public static async Task RunSchemaAsync(this NpgsqlDataSource database, long lockKey, string script, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using (var gate = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1)", connection) { Parameters = { new() { Value = lockKey } } })
            await gate.ExecuteNonQueryAsync(cancel);
        await using (var command = new NpgsqlCommand(script, connection))
            await command.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }
}
