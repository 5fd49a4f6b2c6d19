using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Hoop.ServiceDefaults;

/// <summary>Brings a service's database to this version's schema, one instance at a time.</summary>
public static class SchemaScript
{
    private const int Attempts = 10;

    /// <summary>
    /// Runs the script as one transaction, unless the database says that this very script was the last to run: a further instance, or a
    /// restart, then takes no lock that those at work could wait for.
    /// </summary>
    /// <param name="schema">The service's own schema, where <c>schema_version</c> keeps the digest of the script that ran last.</param>
    /// <param name="script">Idempotent: each of its statements is harmless when its work is already done. It creates the schema.</param>
    /// <exception cref="PostgresException">What the server says of the script, but for a deadlock, which is tried again.</exception>
    public static async Task RunSchemaAsync(this NpgsqlDataSource database, string schema, string script, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await RunOnceAsync(database, schema, script, cancel);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < Attempts)
            {
                // An upgrade met instances at work, and the server chose us to give way.
            }
        }
    }

    /// <summary>What <c>schema_version</c> has after this script: for an instance that may not run it and has to know whether somebody did.</summary>
    public static string DigestOf(string script) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(script)));

    /// <summary>Holds the lock of this name until the transaction ends; other instances wait.</summary>
    public static async Task LockAsync(this NpgsqlConnection connection, string name, CancellationToken cancel)
    {
        await using var batch = connection.Batch([Lock(name)]);
        await batch.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>The same as part of a batch: what follows it sees what others did under the lock.</summary>
    public static NpgsqlBatchCommand Lock(string name) => new("SELECT pg_advisory_xact_lock(hashtextextended($1, 5001))") { Parameters = { new() { Value = name } } };

    /// <summary>Commands for one round trip.</summary>
    public static NpgsqlBatch Batch(this NpgsqlConnection connection, IEnumerable<NpgsqlBatchCommand> commands)
    {
        var batch = connection.CreateBatch();
        foreach (var command in commands)
            batch.BatchCommands.Add(command);
        return batch;
    }

    private static async Task RunOnceAsync(NpgsqlDataSource database, string schema, string script, CancellationToken cancel)
    {
        var digest = DigestOf(script);
        var table = $"{schema}.schema_version";
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await connection.LockAsync(table, cancel);
        if (await DigestAsync(connection, table, cancel) == digest) return;
        await using (var command = new NpgsqlCommand(script, connection))
            await command.ExecuteNonQueryAsync(cancel);
        await using (var stamp = new NpgsqlCommand(
            $"CREATE TABLE IF NOT EXISTS {table} (digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()); INSERT INTO {table} (digest) VALUES ('{digest}')", connection))
            await stamp.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    private static async Task<string?> DigestAsync(NpgsqlConnection connection, string table, CancellationToken cancel)
    {
        await using (var known = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection) { Parameters = { new() { Value = table } } })
            if (await known.ExecuteScalarAsync(cancel) is not true) return null;
        await using var command = new NpgsqlCommand($"SELECT digest FROM {table} ORDER BY applied_at DESC LIMIT 1", connection);
        return await command.ExecuteScalarAsync(cancel) as string;
    }
}
