using Hoop.Ingress.Catalog;
using Hoop.Testing;
using Npgsql;

namespace Hoop.Ingress.Tests.Catalog;

/// <summary>Loads a catalog over a connection of its own.</summary>
internal static class NpgsqlCatalog
{
    public static async Task<LoadedCatalog> LoadAsync(PostgresServer server, string database, LoadedCatalog? known = null, CancellationToken cancel = default)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString(database));
        await connection.OpenAsync(cancel);
        return await CatalogLoader.LoadAsync((sql, stop) => QueryAsync(connection, sql, stop), known, cancel);
    }

    public static async Task<IReadOnlyList<string?[]>> QueryAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        List<string?[]> rows = [];
        while (await reader.ReadAsync(cancel))
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i))]);
        return rows;
    }
}
