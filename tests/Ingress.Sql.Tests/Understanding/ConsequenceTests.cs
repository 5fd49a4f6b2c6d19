using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Sql.Tests.Understanding.Ask;

namespace Hoop.Ingress.Sql.Tests.Understanding;

/// <summary>What the database does by itself; <c>~</c> marks what is implied.</summary>
public class ConsequenceTests
{
    const int Insert = 4, Delete = 8, Update = 16, Truncated = 32;

    static readonly CatalogSnapshot Shop = Snapshot(
        [
            Table("public", "orders") with { Triggers = [new("public.audit", Insert | Update | Delete | 1, null)], Cascades = [new("public.items", 'c', 'a'), new("public.notes", 'n', 'c')] },
            Table("public", "items") with { Triggers = [new("public.recount", Delete | 1, null)] }, Table("public", "notes"), Table("public", "log"),
            Table("public", "stamped") with { Triggers = [new("public.stamp", Update | 3, null)] },
            Table("public", "circle") with { Triggers = [new("public.again", Insert | Update, null)] },
            Table("public", "built") with { Triggers = [new("public.builds", Insert, null)] },
            Table("public", "gone") with { Triggers = [new("public.no_such", Insert, null)] },
            Table("public", "asked") with { Triggers = [new("public.stamp", Insert, "CREATE TRIGGER t BEFORE INSERT ON public.asked FOR EACH ROW WHEN (public.dblink('a', 'b') IS NULL) EXECUTE FUNCTION public.stamp()")] },
            Table("public", "emptied") with { Triggers = [new("public.audit", Truncated, null)] },
            Table("public", "moved", rules: true) with { Rules = [new('3', "CREATE RULE r AS ON INSERT TO public.moved DO INSTEAD DELETE FROM public.log")] },
            Table("public", "people", kind: 'p'), Child("people_1", "people"), Child("people_far", "people", 'f') with { Triggers = [new("public.audit", Insert, null)] },
            Table("public", "seen", 'v', "SELECT id FROM public.orders"), Table("public", "over", 'v', "SELECT id FROM public.seen"), Table("public", "odd", 'v', "no view"),
            Table("public", "served", 'v', "SELECT o.id FROM public.orders o JOIN public.notes n ON n.id = o.id") with { Triggers = [new("public.recount", Delete | 1, null)] },
            Table("public", "valued") with { Expressions = [new('d', "nextval('s'::regclass)"), new('d', "public.leak()"), new('c', "(id > 0)")] },
            Table("public", "guarded") with { Expressions = [new('p', "public.leak()")] },
            Table("public", "kept", 'm', "SELECT public.leak()"),
        ],
        Code("audit", "insert into public.log values (1); return new;"), Code("recount", "update public.orders set total = 0 where id = old.id; return old;"),
        Code("stamp", "new.at := now(); return new;"), Code("again", "update public.circle set a = 1 where id = new.id; return new;"),
        Code("builds", "execute 'delete from ' || tg_argv[0]; return new;"), Function("public", "leak", "plpgsql", 'v'), Code("noticed", "perform pg_notify('a', 'b');", "event_trigger"));

    static CatalogFunction Code(string name, string body, string returns = "trigger") =>
        Function("public", name, "plpgsql", 'v') with { Definition = $"CREATE FUNCTION public.{name}() RETURNS {returns} LANGUAGE plpgsql AS $b$ begin {body} end $b$" };

    static CatalogRelation Child(string name, string parent, char kind = 'r') => new(9, "public", name, kind, [], null, [$"public.{parent}"], false, false);

    [Theory]
    [InlineData("insert into orders values (1)", "insert public.orders, ~execute public.audit, ~insert public.log | write")]
    [InlineData("copy orders from stdin", "copy-from public.orders, ~execute public.audit, ~insert public.log | write")]
    [InlineData("update stamped set a = 1 where id = 1", "update public.stamped, ~execute public.stamp | read, write")]
    [InlineData("insert into stamped values (1)", "insert public.stamped | write")]
    [InlineData("insert into circle values (1)", "insert public.circle, ~execute public.again, ~update public.circle | write")]
    [InlineData("insert into built values (1)", "insert public.built, ~execute public.builds | read, write, dynamic")]
    [InlineData("insert into gone values (1)", "insert public.gone, ~execute public.no_such | write, unknown")]
    [InlineData("insert into asked values (1)", "insert public.asked, ~execute public.stamp, ~execute public.dblink | read, write, network, dynamic")]
    [InlineData("truncate emptied", "truncate public.emptied, ~execute public.audit, ~insert public.log | write, masswrite, destructive")]
    [InlineData("insert into moved values (1)", "insert public.moved, ~delete public.log | write, masswrite")]
    [InlineData("update moved set a = 1 where id = 1", "update public.moved | write")]
    public void Triggers_and_rules_are_reported(string sql, string expected) => Summary(Of(sql, Context(Shop))).ShouldBe(expected);

    [Theory]
    [InlineData("delete from orders where id = 1", "~delete public.items")]
    [InlineData("delete from orders where id = 1", "~execute public.recount")]
    [InlineData("delete from orders where id = 1", "~update public.notes")]
    [InlineData("update orders set id = 2 where id = 1", "~update public.notes")]
    [InlineData("truncate orders cascade", "~truncate public.items")]
    [InlineData("with d as (delete from orders where id = 1 returning 1) select * from d", "~delete public.items")]
    [InlineData("merge into orders using notes n on n.id = orders.id when matched then delete", "~delete public.items")]
    [InlineData("delete from seen where id = 1", "~delete public.orders")]
    [InlineData("delete from seen where id = 1", "~delete public.items")]
    [InlineData("delete from over where id = 1", "~delete public.seen")]
    [InlineData("delete from over where id = 1", "~delete public.orders")]
    [InlineData("delete from odd where id = 1", "unknown")]
    [InlineData("delete from served where id = 1", "~update public.orders")]
    [InlineData("merge into over using notes n on n.id = over.id when matched then delete", "~delete public.orders")]
    [InlineData("drop schema public cascade", "~drop public.orders")]
    [InlineData("drop table people", "~drop public.people_1")]
    [InlineData("alter table people add column x int", "~alter public.people_1")]
    [InlineData("truncate people", "~truncate public.people_1")]
    [InlineData("update people set id = 1 where id = 2", "~insert public.people_1")]
    [InlineData("update people set id = 1 where id = 2", "~delete public.people_1")]
    [InlineData("update people set id = 1 where id = 2", "~insert public.log")]
    [InlineData("alter table scratch.p attach partition public.orders default", "alter public.orders")]
    [InlineData("alter table scratch.p detach partition people concurrently", "~alter public.people_1")]
    [InlineData("delete from people where id = 1", "~delete public.people_1")]
    [InlineData("insert into people values (1)", "~insert public.log")]
    [InlineData("select * from people", "~select public.people_1")]
    [InlineData("select * from people", "network")]
    [InlineData("insert into valued values (1)", "unknown")]
    [InlineData("select * from guarded", "unknown")]
    [InlineData("refresh materialized view kept", "unknown")]
    public void Cascades_children_and_expressions_are_reported(string sql, string expected) => Summary(Of(sql, Context(Shop))).ShouldContain(expected);

    [Theory]
    [InlineData("truncate orders", "items")]
    [InlineData("select * from only people", "people_1")]
    [InlineData("delete from only people where id = 1", "people_1")]
    [InlineData("select * from kept", "leak")]
    [InlineData("update valued set id = 1 where id = 2", "nextval")]
    [InlineData("update only people set id = 1 where id = 2", "people_1")]
    public void But_no_more_than_happens(string sql, string not) => Summary(Of(sql, Context(Shop))).ShouldNotContain(not);

    [Fact]
    public void Event_triggers_run_on_any_ddl()
    {
        var catalog = Shop with { EventTriggers = ["public.noticed"] };
        Summary(Of("create table fresh (a int)", Context(catalog))).ShouldBe("create public.fresh, ~execute public.noticed, ~execute pg_catalog.pg_notify | read, write, ddl");
        Summary(Of("select * from log", Context(catalog))).ShouldBe("select public.log | read");
        foreach (var other in (string[])["grant select on log to bob", "revoke all on log from bob", "alter default privileges grant select on tables to bob", "refresh materialized view log"])
            Summary(Of(other, Context(catalog))).ShouldContain("~execute public.noticed", customMessage: other);
    }

    [Fact]
    public void Comparisons_that_do_more_than_compare_are_reported()
    {
        var compares = Shop with { Comparisons = ["public.recount", "public.pure", "public.gone"], Functions = Snapshot([], [.. Shop.Functions.Values.SelectMany(f => f), Code("pure", "return 1;", "int")]).Functions };
        Summary(Of("select * from log order by a", Context(compares))).ShouldBe("select public.log, ~execute public.recount, ~update public.orders, ~execute public.audit, ~insert public.log, ~update public.notes, ~execute public.gone | read, write, unknown");
        Summary(Of("select 1", Context(compares))).ShouldBe("plumbing");
        Summary(Of("select * from log order by a", Context(Shop with { Comparisons = ["public.stamp"] }))).ShouldBe("select public.log | read");
    }

    [Fact]
    public void Casts_and_domains_run_functions()
    {
        var catalog = Shop with
        {
            Casts = [new("odd", 'e', "public.leak")], Domains = new Dictionary<string, IReadOnlyList<string>> { ["checked"] = ["(public.leak() IS NULL)"], ["plain"] = ["(VALUE > 0)"] },
        };
        Summary(Of("select id::odd from log", Context(catalog))).ShouldBe("~execute public.leak, select public.log | read, unknown");
        Summary(Of("select cast(id as public.checked) from log", Context(catalog))).ShouldBe("~execute public.leak, select public.log | read, unknown");
        Summary(Of("select id::plain from log", Context(catalog))).ShouldBe("select public.log | read");
        Summary(Of("select id from log", Context(catalog with { Casts = [new("text", 'i', "public.leak")] }))).ShouldBe("select public.log, ~execute public.leak | read, unknown");
    }

    [Theory]
    [InlineData("select '{x}'::_checked")]
    [InlineData("select '{x}'::checked[]")]
    [InlineData("select '(x)'::comp")]
    [InlineData("select row('x')::public.comp")]
    [InlineData("select json_populate_record(null::comp, '{}')")]
    [InlineData("select jsonb_populate_recordset(o, '[]') from orders o")]
    [InlineData("select * from json_to_record('{}') as x(a checked)")]
    [InlineData("select pg_input_is_valid('x', 'checked')")]
    [InlineData("select set_config('hoop.reason'::checked, 'x', false)")]
    [InlineData("select set_config('hoop.reason', 'x'::_checked::text, false)")]
    [InlineData("select typed('x')")]
    [InlineData("select declaring()")]
    [InlineData("select declaring_row()")]
    [InlineData("execute p('x')")]
    public void A_domain_is_found_within_other_types_and_behind_functions(string sql)
    {
        var catalog = Shop with
        {
            Domains = new Dictionary<string, IReadOnlyList<string>> { ["checked"] = ["(public.leak() IS NULL)"] },
            TypesWithin = new Dictionary<string, IReadOnlyList<string>> { ["_checked"] = ["checked"], ["comp"] = ["checked"], ["odds"] = ["odd"] },
            Functions = Snapshot([],
                Function("public", "leak", "plpgsql", 'v'), Function("public", "typed", "sql", 'i') with { Definition = "CREATE FUNCTION public.typed(public.checked) RETURNS int LANGUAGE sql IMMUTABLE AS 'select 1'" },
                Function("public", "declaring", "plpgsql", 'i') with { Definition = "CREATE FUNCTION public.declaring() RETURNS int LANGUAGE plpgsql AS $b$ declare x public.checked := 'x'; begin return 1; end $b$" },
                Function("public", "declaring_row", "plpgsql", 'i') with { Definition = "CREATE FUNCTION public.declaring_row() RETURNS int LANGUAGE plpgsql AS $b$ declare x comp%rowtype; begin return 1; end $b$" }).Functions,
        };
        var context = Context(catalog);
        Summary(Of(sql, context with { Prepared = _ => Of("prepare p(checked) as select $1", context) })).ShouldContain("~execute public.leak");
    }

    /// <summary>What nobody knows of the session's own tables may be of the domain; the types of one that is only now made are in the text.</summary>
    [Theory]
    [InlineData("create temp table t as select 'hi' as x", false)]
    [InlineData("select 'hi' as x into temp t", false)]
    [InlineData("create temp table t as select 'hi'::checked as x", true)]
    [InlineData("create temp table t (x checked default 'hi')", true)]
    [InlineData("create temp table t as select x from mine where x = '{hi}'", true)]
    [InlineData("insert into mine values ('hi')", true)]
    public void The_sessions_own_tables_may_be_of_a_domain(string sql, bool checks)
    {
        var catalog = Shop with { Domains = new Dictionary<string, IReadOnlyList<string>> { ["checked"] = ["(public.leak() IS NULL)"] }, CheckedTypes = new Dictionary<uint, string> { [20000] = "checked" } };
        Summary(Of(sql, Context(catalog, "pg_temp", "pg_catalog", "public") with { IsTemporary = name => name == "mine" })).Contains("public.leak").ShouldBe(checks);
    }

    [Fact]
    public void A_cast_is_found_within_other_types()
    {
        var catalog = Shop with { Casts = [new("odd", 'e', "public.leak")], TypesWithin = new Dictionary<string, IReadOnlyList<string>> { ["_odd"] = ["odd"] } };
        Summary(Of("select '{1}'::text[]::_odd", Context(catalog))).ShouldBe("~execute public.leak | read, unknown");
    }

    [Theory]
    [InlineData("select array_in('{x}', 1, -1)", "execute pg_catalog.array_in | read, unknown")]
    [InlineData("select record_in('(x)', 1, -1)", "execute pg_catalog.record_in | read, unknown")]
    [InlineData("select domain_in('x', 1, -1)", "execute pg_catalog.domain_in | read, unknown")]
    [InlineData("select set_config('hoop.reason'::text, 'x'::varchar, true::bool)", "plumbing")]
    [InlineData("select pg_input_is_valid('x', 'int')", "plumbing")]
    [InlineData("select json_populate_record(null::comp, '{}')", "plumbing")]
    public void Reading_a_value_of_any_type_needs_a_rule(string sql, string expected) => Summary(Of(sql, Context(Shop))).ShouldBe(expected);

    [Fact]
    public void A_table_of_very_many_partitions_is_named_alone()
    {
        var many = Snapshot([Table("public", "days", 'p'), .. Enumerable.Range(0, 101).Select(i => Child($"day_{i}", "days"))]);
        Summary(Of("select * from days", Context(many))).ShouldBe("select public.days | read");
    }

    [Theory]
    [InlineData("select cron.schedule('a', 'b', 'delete from orders')", "execute cron.schedule | read, dynamic, unknown")]
    [InlineData("select aws_s3.query_export_to_s3('select 1')", "execute aws_s3.query_export_to_s3 | read, fileaccess, network, unknown")]
    [InlineData("select get_raw_page('customers', 0)", "execute public.get_raw_page | read, fileaccess")]
    [InlineData("select * from pg_stat_statements(true)", "execute public.pg_stat_statements | read")]
    public void Extensions_are_known_by_name_and_by_schema(string sql, string expected) => Summary(Of(sql)).ShouldBe(expected);
}
