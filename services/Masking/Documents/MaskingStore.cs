using System.Text.Json;
using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults;
using Hoop.ServiceDefaults.Documents;
using Npgsql;

namespace Hoop.Masking.Documents;

/// <summary>The masks of every policy version that was active, in the order they became so. The last is in force.</summary>
internal sealed class MaskingStore(NpgsqlDataSource database)
{
    public Task CreateSchemaAsync(CancellationToken cancel) => MaskingSchema.CreateAsync(database, cancel);

    public async Task<MaskingDocument?> CurrentAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await CurrentAsync(connection, cancel);
    }

    /// <summary>False when it is in force already.</summary>
    public async Task<bool> AddAsync(MaskingDocument document, DateTimeOffset at, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await connection.LockAsync("masking.versions", cancel);

        var current = await CurrentAsync(connection, cancel);
        if (current is not null && current.Version == document.Version && current.Digest == document.Digest) return false;

        await using (var insert = new NpgsqlCommand("INSERT INTO masking.versions (version, digest, document, activated_at) VALUES ($1, $2, $3, $4)", connection)
        {
            Parameters =
            {
                new() { Value = document.Version }, new() { Value = document.Digest },
                new() { Value = JsonSerializer.Serialize(document, DocumentCache<MaskingDocument>.Json) }, new() { Value = at },
            },
        })
            await insert.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
        return true;
    }

    private static async Task<MaskingDocument?> CurrentAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT document FROM masking.versions ORDER BY place DESC LIMIT 1", connection);
        return await command.ExecuteScalarAsync(cancel) is string json ? JsonSerializer.Deserialize<MaskingDocument>(json, DocumentCache<MaskingDocument>.Json) : null;
    }
}
