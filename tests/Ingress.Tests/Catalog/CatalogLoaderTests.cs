using Hoop.Ingress.Catalog;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Testing;
using Npgsql;
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
        create table hashed (a int, b text) partition by range (a, upper(b));
        create sequence s;
        create function plain(int) returns int language sql immutable as 'select $1';
        create function rows(out a int, out b text) returns setof record language sql stable security definer as 'select 1, ''x''';
        create function whole() returns setof people language plpgsql as 'begin return; end';
        create function any_of(anyelement) returns anyelement language sql as 'select $1';
        create operator === (leftarg = int, rightarg = int, function = int4eq);
        create operator ~== (rightarg = int, function = plain);
        create function fire() returns trigger language plpgsql as 'begin return new; end';
        create trigger t before insert on customers for each row execute function fire();
        create table lines (customer int references customers on delete cascade on update set null, at timestamptz default clock_timestamp(), check (plain(customer) > 0));
        create index on lines (plain(customer)) where customer > 7;
        create policy own on lines using (plain(customer) = 8);
        create trigger w after update or delete on lines for each row when (old.customer > 9) execute function fire();
        create trigger off after insert on lines for each row execute function fire();
        alter table lines disable trigger off;
        create domain positive as int check (plain(value) > 0);
        create table valued (p positive not null);
        create type pair as (a int, b positive[]);
        create domain pairs as pair;
        create type span as range (subtype = positive);
        create table nested (p pair[]);
        create type odd as (a int);
        create function to_odd(int) returns odd language sql as 'select row($1)::odd';
        create cast (int as odd) with function to_odd(int) as assignment;
        create domain oddly as odd;
        create function lower_than(odd, odd) returns bool language sql immutable as 'select false';
        create operator <<< (leftarg = odd, rightarg = odd, function = lower_than);
        create function compared(odd, odd) returns int language plpgsql as 'begin return 0; end';
        create operator class odd_ops default for type odd using btree as operator 1 <<<, function 1 compared(odd, odd);
        create function apart(float8, float8) returns float8 language sql immutable as 'select 0.0::float8';
        create type measure as range (subtype = float8, subtype_diff = apart);
        create aggregate summed(int) (sfunc = int4pl, stype = int, finalfunc = plain);
        create function atomic(a int default plain(1)) returns int language sql return (select max(id) from customers);
        create function noticed() returns event_trigger language plpgsql as 'begin end';
        create event trigger noticing on ddl_command_end execute function noticed();
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
    public void Functions_that_compare_are_known_and_types_with_checks_by_number()
    {
        _catalog.Comparisons.Order().ShouldBe(["public.apart", "public.compared", "public.lower_than"]);
        _catalog.CheckedTypes.Values.Order().ShouldBe(_catalog.Domains.Keys.Concat(_catalog.TypesWithin.Keys).Distinct().Order());
        _catalog.CheckedTypes.Keys.ShouldAllBe(static type => type >= 16384);
    }

    /// <summary>The planner takes what reads it for large queries: compiling them takes the server most of a second, running them 50 ms.</summary>
    [Fact]
    public async Task Reading_it_compiles_nothing_and_leaves_no_setting_behind()
    {
        var server = await PostgresServer.SharedAsync();
        await using var connection = new NpgsqlConnection(server.ConnectionString(await server.CreateDatabaseAsync()) + ";Options=-c jit=on");
        await connection.OpenAsync();
        List<string> within = [];
        await CatalogLoader.LoadAsync(async (sql, stop) =>
        {
            var rows = await NpgsqlCatalog.QueryAsync(connection, sql, stop);
            within.Add(await JitAsync());
            return rows;
        }, known: null, CancellationToken.None);
        within.Skip(1).SkipLast(1).Distinct().ShouldBe(["off"]);
        (await JitAsync()).ShouldBe("on");

        async Task<string> JitAsync() => (await NpgsqlCatalog.QueryAsync(connection, "select current_setting('jit')", CancellationToken.None))[0][0]!;
    }

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
    public void Columns_say_which_keys_they_are_in()
    {
        Keys("public.customers", static c => c.InPrimaryKey).ShouldBe(["id"]);
        Keys("public.people", static c => c.InPartitionKey).ShouldBe(["id"]);
        Keys("public.people_1", static c => c.InPartitionKey).ShouldBeEmpty();
        Keys("public.hashed", static c => c.InPartitionKey).ShouldBe(["a", "b"]);

        IEnumerable<string> Keys(string relation, Func<CatalogColumn, bool> key) => _catalog.Relations[relation].Columns.Where(key).Select(c => c.Name);
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
    public void What_a_table_sets_off_comes_with_it()
    {
        var lines = _catalog.Relations["public.lines"];
        var trigger = lines.Triggers.ShouldHaveSingleItem();
        trigger.Function.ShouldBe("public.fire");
        (trigger.Type & (4 | 8 | 16)).ShouldBe(8 | 16);
        trigger.Definition!.ShouldContain("old.customer > 9");
        _catalog.Relations["public.customers"].Triggers.ShouldHaveSingleItem().Definition.ShouldBeNull();
        var key = _catalog.Relations["public.customers"].Cascades.ShouldHaveSingleItem();
        (key.Child, key.OnDelete, key.OnUpdate).ShouldBe(("public.lines", 'c', 'n'));
        _catalog.Relations["public.customers"].Columns.Single(c => c.Number == key.Key.ShouldHaveSingleItem()).InPrimaryKey.ShouldBeTrue();
        lines.Columns.Single(c => c.Number == key.ChildKey.ShouldHaveSingleItem()).Name.ShouldBe("customer");
        _catalog.Relations["public.v"].Rules.ShouldHaveSingleItem().ShouldSatisfyAllConditions(r => r.Event.ShouldBe('3'), r => r.Definition.ShouldEndWith("DO INSTEAD NOTHING;"));
        lines.Expressions.Select(e => e.Kind).Order().ShouldBe(['c', 'd', 'i', 'i', 'p']);
        lines.Expressions.Single(e => e.Kind == 'c').Text.ShouldContain("public.plain(customer)");
        _catalog.Relations["public.valued"].Expressions.ShouldHaveSingleItem().Text.ShouldContain("public.plain(VALUE)");
        _catalog.Relations["public.valued"].Columns[0].NotNull.ShouldBeTrue();
        _catalog.Relations["pg_catalog.pg_class"].Triggers.ShouldBeEmpty();
    }

    [Fact]
    public void So_do_casts_domains_and_event_triggers()
    {
        var casts = _catalog.Casts.Where(c => !c.Target.EndsWith("_multirange", StringComparison.Ordinal)).ToList();
        casts.Select(c => (c.Target, c.Context, c.Function)).ShouldBe([("odd", 'a', "public.to_odd"), ("oddly", 'a', "public.to_odd")]);
        casts.ShouldAllBe(c => c.Types.Values.Order().SequenceEqual(new[] { "_odd", "_oddly", "odd", "oddly" }));
        _catalog.Domains["positive"].ShouldHaveSingleItem().ShouldContain("public.plain(VALUE)");
        _catalog.EventTriggers.ShouldBe(["public.noticed"]);
    }

    [Fact]
    public void Types_say_which_of_these_are_in_them()
    {
        foreach (var whole in (string[])["_positive", "pair", "_pair", "pairs", "span", "_span", "valued", "nested", "_nested"])
            _catalog.TypesWithin[whole].ShouldBe(["positive"], whole);
        _catalog.TypesWithin["_odd"].ShouldBe(["odd"]);
        _catalog.TypesWithin.Keys.ShouldNotContain("customers");
        _catalog.Relations["public.nested"].Expressions.ShouldHaveSingleItem().Text.ShouldContain("public.plain(VALUE)");
    }

    [Fact]
    public void Functions_come_with_their_whole_definition()
    {
        _catalog.Functions["public.atomic"][0].Definition!.ShouldContain("RETURN (SELECT max(customers.id)");
        _catalog.Functions["public.atomic"][0].Definition!.ShouldContain("DEFAULT public.plain(1)");
        _catalog.Functions["public.whole"][0].Definition!.ShouldStartWith("CREATE OR REPLACE FUNCTION public.whole()");
        _catalog.Functions["public.summed"][0].Calls.Order().ShouldBe(["pg_catalog.int4pl", "public.plain"]);
        _catalog.Functions["pg_catalog.count"].ShouldAllBe(f => f.Definition == null && f.Calls.Count == 0);
        _catalog.Functions.Values.SelectMany(f => f).ShouldAllBe(f => !f.Untrusted);
    }

    [Fact]
    public void The_same_catalog_has_the_same_digest() => _first.Digest.ShouldBe(_second.Digest);

    private IReadOnlyList<string>? Columns(string function) => _catalog.Functions[function][0].Columns;
}
