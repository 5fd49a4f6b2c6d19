using System.Text.Json;
using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults;
using Hoop.ServiceDefaults.Documents;
using Npgsql;

namespace Hoop.Policy.Documents;

/// <summary>The versions in Postgres. The newest is the active one.</summary>
internal sealed class PolicyStore(NpgsqlDataSource database)
{
    private const string VersionColumns = "version, digest, activated_at, source, activated_by";

    public Task CreateSchemaAsync(CancellationToken cancel) => PolicySchema.CreateAsync(database, cancel);

    public async Task<ActivePolicy?> CurrentAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await CurrentAsync(connection, cancel);
    }

    /// <summary>Adds the document as the next version, unless the active one says the same; then that one is returned.</summary>
    public async Task<(ActivePolicy Policy, bool Added)> AddAsync(HoopDocument document, string yaml, string source, string by, DateTimeOffset at, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await connection.LockAsync("policy.versions", cancel);

        var active = await CurrentAsync(connection, cancel);
        if (active is not null && Serialize(active.Document with { Version = 0 }) == Serialize(document with { Version = 0 })) return (active, false);

        var version = new PolicyVersion((active?.Version.Version ?? 0) + 1, document.Digest, at, source, by);
        var stored = document with { Version = version.Version };
        await using (var insert = new NpgsqlCommand($"INSERT INTO policy.versions ({VersionColumns}, yaml, document) VALUES ($1, $2, $3, $4, $5, $6, $7)", connection)
        {
            Parameters =
            {
                new() { Value = version.Version }, new() { Value = version.Digest }, new() { Value = version.ActivatedAt }, new() { Value = source },
                new() { Value = by }, new() { Value = yaml }, new() { Value = Serialize(stored) },
            },
        })
            await insert.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
        return (new ActivePolicy(version, stored), true);
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<PolicyVersion>> HistoryAsync(int limit, CancellationToken cancel)
    {
        await using var command = database.CreateCommand($"SELECT {VersionColumns} FROM policy.versions ORDER BY version DESC LIMIT $1");
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var versions = new List<PolicyVersion>();
        while (await reader.ReadAsync(cancel)) versions.Add(ReadVersion(reader));
        return versions;
    }

    public async Task<string?> YamlAsync(long version, CancellationToken cancel)
    {
        await using var command = database.CreateCommand("SELECT yaml FROM policy.versions WHERE version = $1");
        command.Parameters.Add(new() { Value = version });
        return (string?)await command.ExecuteScalarAsync(cancel);
    }

    private static async Task<ActivePolicy?> CurrentAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"SELECT {VersionColumns}, document FROM policy.versions ORDER BY version DESC LIMIT 1", connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        if (!await reader.ReadAsync(cancel)) return null;
        var document = JsonSerializer.Deserialize<HoopDocument>(reader.GetString(5), DocumentCache<HoopDocument>.Json)
            ?? throw new InvalidOperationException("A stored policy document is empty.");
        return new ActivePolicy(ReadVersion(reader), document);
    }

    private static PolicyVersion ReadVersion(NpgsqlDataReader reader) =>
        new(reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3), reader.GetString(4));

    private static string Serialize(HoopDocument document) => JsonSerializer.Serialize(document, DocumentCache<HoopDocument>.Json);
}
