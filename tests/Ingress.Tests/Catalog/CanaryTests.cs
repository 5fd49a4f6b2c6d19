using System.Text.Json;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Lineage;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Catalog;

/// <summary>What lineage says, against what PostgreSQL does: a column that does not depend on the secret one never shows it.</summary>
public sealed class CanaryTests
{
    /// <summary><c>HOOP_CANARY_QUERIES</c> asks for a longer run.</summary>
    private static readonly int Queries = int.TryParse(Environment.GetEnvironmentVariable("HOOP_CANARY_QUERIES"), out var count) ? count : 250;

    private const string Secret = "§";

    /// <summary>The secret character (C2 A7) in hex, and in base64 wherever it falls in the groups of three.</summary>
    private static readonly string[] Traces = [Secret, "c2a7", "wqfC", "wqc", "Cp8", "KnwqfC"];

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 4096 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_column_without_the_secret_among_its_sources_never_shows_it(int seed)
    {
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync(RandomQueries.Schema);
        var catalog = (await NpgsqlCatalog.LoadAsync(server, database)).Snapshot;
        var context = new SqlContext { Catalog = catalog, SearchPath = ["pg_catalog", "public"] };
        await using var connection = new NpgsqlConnection(server.ConnectionString(database) + ";Include Error Detail=true");
        await connection.OpenAsync();
        var queries = new RandomQueries(seed);
        int ran = 0, free = 0, secret = 0;
        for (var i = 0; i < Queries; i++)
        {
            var sql = queries.Next();
            if (await RunAsync(connection, sql) is not { } rows) continue;
            ran++;
            var lineage = Resolve(sql, context);
            // Not known: everything is masked.
            if (lineage.Result is not { } columns) continue;
            foreach (var row in rows)
            {
                row.Length.ShouldBe(columns.Count, sql);
                for (var c = 0; c < row.Length; c++)
                {
                    var guarded = columns[c].Opaque || columns[c].Sources.Any(static s => s.Column.EndsWith(".ssn", StringComparison.Ordinal));
                    if (guarded) secret++;
                    else free++;
                    if (!guarded) Traces.ShouldNotContain(t => row[c]!.Contains(t), $"column {c + 1} of: {sql}");
                }
            }
        }
        // The generator still makes queries that mean something, and lineage does not simply guard everything.
        ran.ShouldBeGreaterThan(Queries / 3);
        free.ShouldBeGreaterThan(ran);
        secret.ShouldBeGreaterThan(ran);
    }

    private static Sql.Lineage.Lineage Resolve(string sql, SqlContext context)
    {
        using var tree = JsonDocument.Parse(PgParser.Parse(sql).Json, Deep);
        return LineageResolver.Resolve(tree.RootElement.GetProperty("stmts")[0].GetProperty("stmt"), context);
    }

    /// <summary>Null when PostgreSQL refuses the query.</summary>
    private static async Task<List<string[]>?> RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        try
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction) { AllResultTypesAreUnknown = true, CommandTimeout = 10 };
            await using var reader = await command.ExecuteReaderAsync();
            List<string[]> rows = [];
            while (await reader.ReadAsync())
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : reader.GetString(i))]);
            return rows;
        }
        catch (PostgresException)
        {
            return null;
        }
    }
}
