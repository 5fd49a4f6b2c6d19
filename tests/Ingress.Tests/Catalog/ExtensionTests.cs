using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Catalog;

/// <summary>Extensions bring operators, casts and functions that nobody names. What a statement means that has nothing to do with them stays what it was.</summary>
public sealed class ExtensionTests
{
    private const string Schema = "create table customers (id int primary key, name text, ssn text, born date); create table orders (id int primary key, customer int references customers, total numeric)";

    private static readonly string[] Everyday =
    [
        "select name from customers where id = 1",
        "select name from customers where id between 1 and 3 or name like 'A%' or born < '1980-01-01' and name || 'x' <> 'Ax'",
        "select c.name, sum(o.total) from customers c join orders o on o.customer = c.id where o.id in (1, 2) group by c.name having count(*) > 1 order by c.name",
        "select name from customers join orders using (id) where ssn = '1'",
        "select distinct name, case id when 1 then 'one' else upper(name) end from customers",
        "select name::varchar, id::text, born::text from customers",
        "insert into orders (id, customer, total) values (1, 1, 9.5) on conflict (id) do update set total = excluded.total",
        "update customers set name = 'x' where id = 1",
        "delete from orders where id = 1",
    ];

    private static readonly SqlAnalyzer Analyzer = new();

    [Fact]
    public async Task Everyday_statements_mean_the_same_with_every_extension_of_PostgreSQL()
    {
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync(Schema);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString(database));
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var plain = await MeaningsAsync(server, database);
        plain.ShouldAllBe(static meaning => !meaning.Contains("Unknown"));

        var extensions = await ExtensionsAsync(connection);
        extensions.Count.ShouldBeGreaterThan(20);
        await RunAsync(connection, string.Join(';', extensions.Select(static name => $"create extension if not exists \"{name}\" cascade")));
        (await MeaningsAsync(server, database)).ShouldBe(plain);
    }

    /// <summary>Another name for a function of PostgreSQL's own does what that does.</summary>
    [Fact]
    public async Task A_function_by_another_name_is_judged_by_its_own()
    {
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync($"""
            {Schema};
            create function trimmed(text) returns text language internal immutable as 'rtrim1';
            create function harmless(text) returns text language internal immutable as 'pg_read_file_all';
            """);
        var context = await ContextAsync(server, database);
        Effect("select trimmed(name) from customers").ShouldBe(Effects.Read);
        Effect("select harmless('/etc/passwd')").ShouldBe(Effects.Read | Effects.FileAccess);

        Effects Effect(string sql) => Analyzer.Analyze(sql, context).Statements[0].Facts.Effects;
    }

    private static async Task<List<string>> MeaningsAsync(PostgresServer server, string database)
    {
        var context = await ContextAsync(server, database);
        return [.. Everyday.Select(sql => Meaning(sql, Analyzer.Analyze(sql, context).Statements[0]))];
    }

    private static async Task<SqlContext> ContextAsync(PostgresServer server, string database) =>
        new() { Catalog = (await NpgsqlCatalog.LoadAsync(server, database, cancel: TestContext.Current.CancellationToken)).Snapshot, SearchPath = ["pg_catalog", "public"] };

    private static string Meaning(string sql, SqlStatement statement) =>
        $"{sql} => {statement.Facts.Understood} {statement.Facts.Effects} {string.Join(", ", statement.Facts.Accesses)} {string.Join(", ", statement.Facts.ColumnUses)} " +
        $"{string.Join(", ", (statement.Result ?? []).Select(static c => $"{c.Name} {c.Opaque} {string.Join('+', c.Sources.Select(static s => s.Column))}"))} {statement.Command}";

    private static async Task<List<string>> ExtensionsAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("select name from pg_available_extensions where installed_version is null order by name", connection);
        await using var rows = await command.ExecuteReaderAsync();
        List<string> names = [];
        while (await rows.ReadAsync()) names.Add(rows.GetString(0));
        return names;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
