using System.Text.RegularExpressions;
using Hoop.Ingress.Catalog;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Catalog;

/// <summary>A catalog is read again when something was committed that it is read from, and only then.</summary>
public sealed partial class CatalogStampTests : IAsyncLifetime
{
    private const string Schema =
        """
        create table customers (id int primary key, ssn text);
        create view v as select id from customers;
        create function plain(int) returns int language sql immutable as 'select $1';
        create function fire() returns trigger language plpgsql as 'begin return new; end';
        create function noticed() returns event_trigger language plpgsql as 'begin end';
        create domain positive as int;
        create type pair as (a int, b text);
        create schema other;
        create sequence numbers;
        create foreign data wrapper far;
        """;

    private PostgresServer _server = null!;
    private string _database = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.SharedAsync();
        _database = await _server.CreateDatabaseAsync(Schema);
    }

    public async ValueTask DisposeAsync() => await _server.DropDatabaseAsync(_database);

    [Theory]
    [InlineData("alter table customers add born date")]
    [InlineData("alter table customers rename ssn to tax")]
    [InlineData("alter table customers rename to people")]
    [InlineData("alter table customers set schema other")]
    [InlineData("alter table customers alter id set default plain(1)")]
    [InlineData("alter table customers add check (plain(id) > 0)")]
    [InlineData("alter table customers drop ssn")]
    [InlineData("create or replace view v as select id + 0 as id from customers")]
    [InlineData("create or replace function plain(int) returns int language sql immutable as 'select $1 + 1'")]
    [InlineData("create index on customers (plain(id))")]
    [InlineData("create trigger t before insert on customers for each row execute function fire()")]
    [InlineData("create rule quiet as on delete to v do instead nothing")]
    [InlineData("create policy own on customers using (plain(id) = 1)")]
    [InlineData("create event trigger noticing on ddl_command_end execute function noticed(); drop event trigger if exists none")]
    [InlineData("create table child () inherits (customers)")]
    [InlineData("create table parted (a int) partition by list (a)")]
    [InlineData("alter domain positive add check (plain(value) > 0)")]
    [InlineData("alter type pair add attribute c int")]
    [InlineData("create type span as range (subtype = int4)")]
    [InlineData("create cast (pair as text) with inout")]
    [InlineData("create operator === (leftarg = int, rightarg = int, function = int4eq)")]
    [InlineData("create aggregate summed(int) (sfunc = int4pl, stype = int)")]
    [InlineData("alter schema other rename to another")]
    [InlineData("create statistics s (dependencies) on id, ssn from customers")]
    [InlineData("create extension citext")]
    [InlineData("alter sequence numbers owned by customers.id")]
    [InlineData("alter function plain(int) depends on extension plpgsql")]
    [InlineData("alter foreign data wrapper far options (debug 'on')")]
    [InlineData("create server away foreign data wrapper far")]
    [InlineData("drop view v")]
    [InlineData("update pg_class set relname = 'people' where relname = 'customers'")]
    public async Task It_is_read_again_after_a_change(string change)
    {
        var known = await LoadAsync(null);
        await _server.ExecuteAsync(_database, change);
        var now = await LoadAsync(known);
        now.ShouldNotBeSameAs(known);
        now.Stamp.ShouldNotBe(known.Stamp);
    }

    [Theory]
    [InlineData("select 1")]
    [InlineData("insert into customers values (1, 'x'); update customers set ssn = 'y'; delete from customers")]
    [InlineData("create temp table t (id int primary key, n serial, a positive default plain(1), check (a > 0)); create temp view w as select * from t; create index on t (plain(a)); insert into t values (1)")]
    [InlineData("begin; alter table customers add born date; rollback")]
    [InlineData("analyze customers")]
    public async Task It_is_not_where_nothing_of_it_changed(string statement)
    {
        await _server.ExecuteAsync(_database, "create temp table first ()");
        var known = await LoadAsync(null);
        await using var connection = new NpgsqlConnection(_server.ConnectionString(_database) + ";Pooling=false");
        await connection.OpenAsync();
        await NpgsqlCatalog.QueryAsync(connection, statement, CancellationToken.None);
        (await LoadAsync(known)).ShouldBeSameAs(known);
    }

    /// <summary>Rows get other places and their transactions are forgotten, but they are the same.</summary>
    [Fact]
    public async Task Vacuuming_the_catalog_changes_nothing()
    {
        var known = await LoadAsync(null);
        foreach (var catalog in (string[])["pg_class", "pg_attribute", "pg_type", "pg_proc"]) await _server.ExecuteAsync(_database, $"vacuum (freeze) {catalog}");
        (await LoadAsync(known)).ShouldBeSameAs(known);
    }

    /// <summary>What somebody locks stays known as it was committed; what was left out is read once it is free.</summary>
    [Fact]
    public async Task A_lock_takes_nothing_from_what_is_known()
    {
        var known = await LoadAsync(null);
        LoadedCatalog without;
        await using (var holder = new NpgsqlConnection(_server.ConnectionString(_database) + ";Pooling=false"))
        {
            await holder.OpenAsync();
            await NpgsqlCatalog.QueryAsync(holder, "begin; lock table customers in access exclusive mode", CancellationToken.None);
            (await LoadAsync(known)).ShouldBeSameAs(known);
            without = await LoadAsync(null);
            without.Snapshot.Relations.Keys.ShouldNotContain("public.customers");
            (await LoadAsync(without)).ShouldBeSameAs(without);
        }

        (await LoadAsync(without)).Snapshot.Relations.Keys.ShouldContain("public.customers");
    }

    /// <summary>A session that ends drops what was its own, under locks.</summary>
    [Fact]
    public async Task Nor_does_one_on_somebodys_temporary_table()
    {
        await using var holder = new NpgsqlConnection(_server.ConnectionString(_database) + ";Pooling=false");
        await holder.OpenAsync();
        await NpgsqlCatalog.QueryAsync(holder, "create temp table own (id serial primary key); begin; drop table own", CancellationToken.None);
        var known = await LoadAsync(null);
        known.Locked.ShouldBe("{}");
        await NpgsqlCatalog.QueryAsync(holder, "commit", CancellationToken.None);
        (await LoadAsync(known)).ShouldBeSameAs(known);
    }

    [Fact]
    public async Task What_is_postgresqls_own_is_read_again_only_when_that_changed()
    {
        var known = await LoadAsync(null);
        await _server.ExecuteAsync(_database, "alter table customers add born date; create function pg_catalog.lower(customers) returns text language sql immutable as 'select $1.ssn'");
        var now = await LoadAsync(known);
        now.System.ShouldBeSameAs(known.System);
        now.Snapshot.Relations["public.customers"].Columns.Count.ShouldBe(3);
        now.Snapshot.Functions["pg_catalog.lower"].Count.ShouldBe(known.Snapshot.Functions["pg_catalog.lower"].Count + 1);
        now.Digest.ShouldBe((await LoadAsync(null)).Digest);

        await _server.ExecuteAsync(_database, "alter function pg_catalog.pg_sleep(float8) immutable");
        var changed = await LoadAsync(now);
        changed.System.ShouldNotBeSameAs(known.System);
        (known.Snapshot.Functions["pg_catalog.pg_sleep"].Single().Volatility, changed.Snapshot.Functions["pg_catalog.pg_sleep"].Single().Volatility).ShouldBe(('v', 'i'));
    }

    [Fact]
    public void Everything_that_is_read_counts()
    {
        var read = CatalogSql.Parts.Append(CatalogSql.SystemColumns).Append(CatalogSql.SystemFunctions).SelectMany(static sql => Catalogs.Matches(sql)).Select(static match => match.Groups[1].Value).Distinct().ToList();
        read.Count.ShouldBeGreaterThan(20);
        foreach (var catalog in read) CatalogSql.Stamp.ShouldContain($" FROM {catalog} ");
    }

    private Task<LoadedCatalog> LoadAsync(LoadedCatalog? known) => NpgsqlCatalog.LoadAsync(_server, _database, known);

    [GeneratedRegex(@"(?:FROM|JOIN) (pg_\w+)")]
    private static partial Regex Catalogs { get; }
}
