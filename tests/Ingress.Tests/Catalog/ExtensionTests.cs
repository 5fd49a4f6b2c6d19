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

    private static readonly string[] Computing = ["citext", "pg_trgm", "hstore", "intarray", "unaccent", "pgcrypto", "uuid-ossp", "fuzzystrmatch"];

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

    /// <summary>citext has its own min(), replace(), split_part() and more, and which one is meant hangs on types.</summary>
    [Theory]
    [InlineData("select min(born), max(name), replace(name, 'a', 'b'), split_part(name, ' ', 2), regexp_replace(name, 'a', 'b'), strpos(name, 'a') from customers")]
    [InlineData("select name from customers where split_part(name, ' ', 2) = 'x' and name % 'Ann' and similarity(name, 'Ann') > 0.3 order by name <-> 'Ann'")]
    [InlineData("select unaccent(name), encode(digest(name, 'sha256'), 'hex'), crypt(name, 'x'), uuid_generate_v4(), gen_random_bytes(8), hstore('a', name) -> 'a', soundex(name) from customers")]
    [InlineData("select '{1,2}'::int[] || 3, jsonb_build_object('a', 1) || '{}', hstore('a', 'b') || hstore('c', 'd')")]
    [InlineData("select (information_schema._pg_expandarray(array[1, 2])).n")]
    public async Task Functions_that_only_compute_need_no_rule_and_hide_nothing(string sql)
    {
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync(Schema + string.Concat(Computing.Select(static name => $"; create extension \"{name}\"")));
        var statement = Analyzer.Analyze(sql, await ContextAsync(server, database)).Statements[0];
        statement.Facts.Effects.ShouldBe(Effects.Read);
        statement.Facts.Accesses.ShouldAllBe(static a => a.Implied || a.Verb == "select");
        statement.Facts.ColumnUses.ShouldAllBe(static u => u.Column != "*");
        statement.Result!.ShouldAllBe(static c => !c.Opaque);
    }

    /// <summary>Whoever may replace an extension's function gives it code of their own.</summary>
    [Theory]
    [InlineData("create or replace function similarity(text, text) returns real language plpgsql as 'begin delete from orders; return 1; end'", "select similarity('a', 'b')")]
    [InlineData("create or replace function split_part(citext, citext, int) returns text language sql as 'select ssn from public.customers limit 1'", "select split_part('a', 'b', 1)")]
    [InlineData("create function peek() returns text language plpgsql as 'begin return null; end'; alter extension pg_trgm add function peek()", "select peek()")]
    [InlineData("select 1", "select set_limit(0.5)")]
    public async Task What_an_extension_did_not_bring_is_no_function_that_only_computes(string made, string sql)
    {
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync($"{Schema}; create extension citext; create extension pg_trgm; {made}");
        var facts = Analyzer.Analyze(sql, await ContextAsync(server, database)).Statements[0].Facts;
        facts.Accesses.ShouldContain(static a => !a.Implied);
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
