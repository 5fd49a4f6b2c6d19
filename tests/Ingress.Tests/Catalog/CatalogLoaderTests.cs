using Hoop.Ingress.Catalog;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Catalog;

public sealed class CatalogLoaderTests : IAsyncLifetime
{
    private const string Schema =
        """
        create schema "odd Schema";
        create table customers (id int primary key, dropped int, ssn text, last4 text generated always as (right(ssn, 4)) stored);
        alter table customers drop column dropped;
        create view v as select c.ssn as tax from customers c where id > 0;
        create view "odd Schema".w as select tax from v;
        create materialized view m as select count(*) from customers;
        create rule quiet as on insert to v do instead nothing;
        create table people (id int, ssn text) partition by list (id);
        create table people_1 partition of people for values in (1);
        create sequence s;
        create function plain(int) returns int language sql immutable as 'select $1';
        create function rows(out a int, out b text) returns setof record language sql stable security definer as 'select 1, ''x''';
        create function whole() returns setof people language plpgsql as 'begin return; end';
        create function any_of(anyelement) returns anyelement language sql as 'select $1';
        create operator === (leftarg = int, rightarg = int, function = int4eq);
        create operator ~== (rightarg = int, function = plain);
        create function fire() returns trigger language plpgsql as 'begin return new; end';
        create trigger t before insert on customers for each row execute function fire();
        create temp table hidden (x int);
        create schema "public.a";
        create table "public.a".b (x int);
        create table public."a.b" (y int);
        """;

    private CatalogSnapshot _catalog = CatalogSnapshot.Empty;
    private LoadedCatalog _first = null!, _second = null!;

    public async ValueTask InitializeAsync()
    {
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync(Schema);
        _first = await NpgsqlCatalog.LoadAsync(server, database);
        _second = await NpgsqlCatalog.LoadAsync(server, database);
        _catalog = _first.Snapshot;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void Tables_come_with_their_columns_as_the_server_numbers_them()
    {
        var customers = _catalog.Relations["public.customers"];
        customers.Kind.ShouldBe('r');
        customers.HasTriggers.ShouldBeTrue();
        customers.Columns.Select(c => (c.Name, c.Number, c.TypeOid)).ShouldBe([("id", 1, 23u), ("ssn", 3, 25u), ("last4", 4, 25u)]);
        customers.Columns[2].Generated.ShouldBe("\"right\"(ssn, 4)");
        _catalog.Relations["public.s"].Kind.ShouldBe('S');
    }

    [Fact]
    public void Definitions_of_views_name_their_tables_in_full()
    {
        _catalog.Relations["public.v"].Definition!.ShouldContain("FROM public.customers c");
        _catalog.Relations["odd Schema.w"].Definition!.ShouldContain("FROM public.v");
        _catalog.Relations["public.m"].Kind.ShouldBe('m');
        _catalog.Relations["public.v"].HasRules.ShouldBeTrue();
        _catalog.Relations["odd Schema.w"].HasRules.ShouldBeFalse();
    }

    [Fact]
    public void Partitions_name_their_parents() => _catalog.Relations["public.people_1"].Parents.ShouldBe(["public.people"]);

    [Fact]
    public void System_relations_are_there_and_temporary_ones_are_not()
    {
        _catalog.Relations["pg_catalog.pg_class"].Columns.Select(c => c.Name).ShouldContain("relname");
        _catalog.Relations["information_schema.tables"].Definition.ShouldBeNull();
        _catalog.Relations.Keys.ShouldNotContain(k => k.EndsWith(".hidden"));
    }

    [Fact]
    public void Names_that_read_alike_are_left_out() => _catalog.Relations.Keys.ShouldNotContain("public.a.b");

    [Fact]
    public void Functions_say_what_they_are_and_what_they_give()
    {
        var rows = _catalog.Functions["public.rows"].ShouldHaveSingleItem();
        rows.SecurityDefiner.ShouldBeTrue();
        rows.Volatility.ShouldBe('s');
        rows.Language.ShouldBe("sql");
        rows.Source.ShouldBe("select 1, 'x'");
        rows.Columns.ShouldBe(["a", "b"]);
        Columns("public.plain").ShouldBe([]);
        Columns("public.whole").ShouldBe(["id", "ssn"]);
        Columns("public.any_of").ShouldBeNull();
        Columns("pg_catalog.generate_series").ShouldBe([]);
        Columns("pg_catalog.jsonb_each").ShouldBe(["key", "value"]);
        Columns("pg_catalog.unnest").ShouldBeNull();
        _catalog.Functions["pg_catalog.count"].ShouldAllBe(f => f.Source == null);
    }

    [Fact]
    public void Operators_lead_to_their_functions()
    {
        _catalog.Operators["==="].ShouldBe(["pg_catalog.int4eq"]);
        _catalog.Operators["~=="].ShouldBe(["public.plain"]);
    }

    [Fact]
    public void The_same_catalog_has_the_same_digest() => _first.Digest.ShouldBe(_second.Digest);

    private IReadOnlyList<string>? Columns(string function) => _catalog.Functions[function][0].Columns;
}
