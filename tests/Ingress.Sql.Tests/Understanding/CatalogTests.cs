using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Sql.Tests.Understanding.Ask;

namespace Hoop.Ingress.Sql.Tests.Understanding;

public class CatalogTests
{
    static readonly CatalogSnapshot Shop = Snapshot(
        [
            Table("public", "orders"), Table("app", "orders"), Table("app", "customers", columns: ["id", "status"]),
            Table("public", "fetched", kind: 'f'), Table("public", "rewritten", rules: true),
            Table("public", "plain_view", 'v', "SELECT id FROM public.orders"),
            Table("public", "spying_view", 'v', "SELECT public.leak(id) FROM public.orders"),
            Table("public", "reading_view", 'v', "SELECT * FROM public.dblink('host=x', 'select 1') d(a int)"),
            Table("public", "loop", 'v', "SELECT * FROM public.loop"),
        ],
        Function("public", "leak", "plpgsql", 'v'),
        Function("public", "similarity", "c", 'i'),
        Function("public", "uuid_generate_v4", "c", 'v'),
        Function("public", "total", "sql", 's', "select sum(amount) from app.customers"),
        Function("public", "sneaky", "sql", 's', "select dblink('a', 'b')"),
        Function("public", "definer", "sql", 's', "select 1", definer: true),
        Function("public", "wiper", "sql", 'v', "delete from orders"),
        Function("public", "endless", "sql", 'i', "select endless()"),
        Function("public", "lower", "plpgsql", 'v'),
        Function("public", "status", "plpgsql", 'v'),
        Function("public", "plotted", "plpgsql", 'v'),
        Function("public", "dossier", "plpgsql", 'v'));

    [Theory]
    [InlineData("select * from orders", "select public.orders | read", "pg_catalog", "public", "app")]
    [InlineData("select * from orders", "select app.orders | read", "pg_catalog", "app", "public")]
    [InlineData("select * from customers", "select app.customers | read", "pg_catalog", "public", "app")]
    [InlineData("select * from missing", "select app.missing | read", "pg_catalog", "app", "public")]
    [InlineData("create table fresh (a int)", "create app.fresh | ddl", "pg_catalog", "app", "public")]
    [InlineData("delete from customers where id = 1", "delete app.customers | write", "pg_catalog", "public", "app")]
    [InlineData("drop table customers", "drop app.customers | ddl, destructive", "pg_catalog", "public", "app")]
    public void Names_are_resolved_along_the_search_path(string sql, string expected, params string[] path) =>
        Summary(Of(sql, Context(Shop, path))).ShouldBe(expected);

    [Theory]
    [InlineData("select * from missing")]
    [InlineData("select * from orders where id in (select id from app.missing)")]
    [InlineData("insert into missing values (1)")]
    [InlineData("drop table missing")]
    [InlineData("copy missing from stdin")]
    [InlineData("select missing(1)")]
    [InlineData("call missing(1)")]
    [InlineData("prepare p as select * from missing")]
    [InlineData("explain select * from missing")]
    [InlineData("declare c cursor for select * from missing")]
    [InlineData("select 1; select * from missing")]
    public void Names_that_the_catalog_lacks_are_noted(string sql)
    {
        var context = Context(Shop);
        for (var i = 0; i < 3; i++) Of(sql, context).Facts.NamesUnknown.ShouldBeTrue();
    }

    [Theory]
    [InlineData("select count(*), lower(status) from app.customers c join orders o on o.id = c.id")]
    [InlineData("with missing as (select 1) select * from missing")]
    [InlineData("select * from pg_class, information_schema.tables, pg_stat_activity")]
    [InlineData("select * from pg_temp.mine")]
    [InlineData("select leak(1), endless(), 1 operator(public.+) 2")]
    [InlineData("create table missing (a int)")]
    [InlineData("create table missing (a int); insert into missing values (1)")]
    [InlineData("select 'missing', $1")]
    public void Those_that_it_has_and_those_that_are_in_none_are_not(string sql) => Of(sql, Context(Shop)).Facts.NamesUnknown.ShouldBeFalse();

    [Fact]
    public void Without_a_catalog_no_name_is_missing() => Of("select * from missing").Facts.NamesUnknown.ShouldBeFalse();

    [Theory]
    [InlineData("select * from plain_view", "select public.plain_view | read")]
    [InlineData("select * from spying_view", "select public.spying_view, execute public.leak | read, unknown")]
    [InlineData("select * from reading_view", "select public.reading_view, execute public.dblink | read, network, dynamic")]
    [InlineData("copy spying_view to stdout", "copy-to public.spying_view, execute public.leak | read, unknown")]
    [InlineData("select * from loop", "select public.loop | read, unknown")]
    [InlineData("select * from fetched", "select public.fetched | read, network")]
    [InlineData("insert into rewritten values (1)", "insert public.rewritten | write, unknown")]
    public void What_reading_a_relation_sets_off_counts(string sql, string expected) => Summary(Of(sql, Context(Shop))).ShouldBe(expected);

    [Theory]
    [InlineData("select leak(1)", "execute public.leak | read, unknown")]
    [InlineData("select similarity('a', 'b')", "execute public.similarity | read")]
    [InlineData("select uuid_generate_v4()", "execute public.uuid_generate_v4 | read, unknown")]
    [InlineData("select total()", "execute public.total, select app.customers | read")]
    [InlineData("select sneaky()", "execute public.sneaky, execute public.dblink | read, network, dynamic")]
    [InlineData("select definer()", "execute public.definer | read, unknown")]
    [InlineData("select wiper()", "execute public.wiper, ~delete public.orders | read, write, masswrite, unknown")]
    [InlineData("select endless()", "execute public.endless | read, unknown")]
    [InlineData("select lower(1)", "execute public.lower | read, unknown")]
    [InlineData("select pg_catalog.lower('A')", "plumbing")]
    [InlineData("select c.status from app.customers c", "select app.customers | read")]
    [InlineData("select c.dossier from app.customers c", "execute public.dossier, select app.customers | read, unknown")]
    [InlineData("select (c).dossier from app.customers c", "execute public.dossier, select app.customers | read, unknown")]
    [InlineData("select o.status from orders o", "execute public.status, select public.orders | read, unknown")]
    [InlineData("select (1).status", "execute public.status | read, unknown")]
    [InlineData("select (c).status from app.customers c", "select app.customers | read")]
    [InlineData("select (c).status from app.customers c, (select 1 as c) x", "execute public.status, select app.customers | read, unknown")]
    [InlineData("select c.status from app.customers c(a, b)", "execute public.status, select app.customers | read, unknown")]
    [InlineData("select generate_series.status from generate_series(1, 2), (select 1 from app.customers generate_series) q", "execute public.status, select app.customers | read, unknown")]
    [InlineData("with c as (select 1) select c.status from c", "execute public.status | read, unknown")]
    [InlineData("insert into app.customers values (1, 'a') on conflict (id) do update set status = excluded.status", "insert app.customers, update app.customers | write")]
    [InlineData("select (('select 1'::text).ts_stat).word", "execute pg_catalog.ts_stat | read, dynamic")]
    [InlineData("select ('orders_id_seq'::regclass).nextval, (-1).lo_creat", "execute pg_catalog.nextval, execute pg_catalog.lo_creat | read, write")]
    [InlineData("select 1 where (-1).pg_terminate_backend or (7).pg_advisory_lock is null", "execute pg_catalog.pg_terminate_backend, execute pg_catalog.pg_advisory_lock | read, lock")]
    [InlineData("create table x as select ('/etc/passwd'::text).pg_read_file", "create public.x, execute pg_catalog.pg_read_file | read, write, ddl, fileaccess")]
    [InlineData("select (1).pg_sleep", "execute pg_catalog.pg_sleep | read")]
    [InlineData("select ('a').upper, (array[1])[1], (x).field", "plumbing")]
    public void A_function_is_what_the_catalog_says(string sql, string expected) => Summary(Of(sql, Context(Shop))).ShouldBe(expected);

    /// <summary>The second statement is read before the first has run.</summary>
    [Theory]
    [InlineData("create table x (a int); select x.a from x", "select public.x | read")]
    [InlineData("create function f(orders) returns int return 1; select o.f from orders o", "?")]
    [InlineData("create function f(orders) returns int return 1; drop table t; select o.f from orders o", "?")]
    [InlineData("create table x (a int); select (a).f from x", "select public.x | read, unknown")]
    public void A_name_behind_a_dot_may_be_a_function_of_the_same_script(string sql, string expected) => Summary(Of(sql, Context(Shop))).ShouldBe(expected);

    [Theory]
    [InlineData("select json_scalar(1)", "json_scalar")]
    [InlineData("select json_value('{}'::jsonb, '$.a')", "json_value")]
    [InlineData("select json_exists('{}'::jsonb, '$.b')", "json_exists")]
    [InlineData("select json_query('{}'::jsonb, '$.b')", "json_query")]
    [InlineData("select json_array(1)", "json_array")]
    [InlineData("select json_array(select 1)", "json_array")]
    [InlineData("select * from json_array(1)", "json_array")]
    [InlineData("select json_object('a' : 1)", "json_object")]
    [InlineData("select json_objectagg('a' : 1)", "json_objectagg")]
    [InlineData("select json_arrayagg(1)", "json_arrayagg")]
    [InlineData("select json_serialize('1')", "json_serialize")]
    [InlineData("select json('1')", "json")]
    [InlineData("select merge_action()", "merge_action")]
    [InlineData("select normalize('a')", "normalize")]
    public void What_the_newest_grammar_reads_as_its_own_syntax_may_be_a_function_to_an_older_server(string sql, string name)
    {
        var catalog = Snapshot([], Function("public", name, "plpgsql", 'v'));
        Summary(Of(sql, Context(catalog))).ShouldBe($"execute public.{name} | read, unknown");
        Summary(Of(sql, Context(catalog, "pg_catalog"))).ShouldBe("plumbing");
        (Of(sql, Context(catalog)).Result is not { } result || result.Single().Opaque).ShouldBe(name != "normalize");
    }

    [Theory]
    [InlineData("select nextval('x', 231)", "execute pg_catalog.nextval, execute public.nextval, ~delete public.orders | read, write, unknown")]
    [InlineData("select public.nextval('x', 231)", "execute public.nextval, ~delete public.orders | read, write, unknown")]
    [InlineData("select http_refund(230)", "execute public.http_refund, ~delete public.orders | read, write, network, unknown")]
    [InlineData("select dblink('a', 'b')", "execute public.dblink | read, network, dynamic")]
    [InlineData("select pg_catalog.nextval('x')", "execute pg_catalog.nextval | read, write")]
    public void A_name_that_reaches_far_may_be_somebodys_function_as_well(string sql, string expected)
    {
        var catalog = Snapshot([Table("public", "orders", columns: "id")],
            Function("public", "nextval", "sql", 'v', "delete from orders where id = 1"), Function("public", "http_refund", "sql", 'v', "delete from orders where id = 1"), Function("public", "dblink", "c", 'v'));
        Summary(Of(sql, Context(catalog))).ShouldBe(expected);
    }

    [Theory]
    [InlineData("select * from orders where a <-> b > 1", "select public.orders | read")]
    [InlineData("select * from orders where a === b", "select public.orders, execute public.leak | read, unknown")]
    [InlineData("select * from orders where a between 1 and 2", "select public.orders, execute public.leak | read, unknown")]
    [InlineData("select * from orders where a operator(pg_catalog.=) 1", "select public.orders | read")]
    [InlineData("select * from orders where a operator(public.===) b", "select public.orders, execute public.===, execute public.leak | read, unknown")]
    [InlineData("select 1 where 204 === any (select 1)", "execute public.leak | read, unknown")]
    [InlineData("select 1 where 204 operator(public.===) any (select 1)", "execute public.===, execute public.leak | read, unknown")]
    [InlineData("select 1 where 204 === all (select 1)", "execute public.leak | read, unknown")]
    [InlineData("select 1 where 204 === any (array[1])", "execute public.leak | read, unknown")]
    [InlineData("select 1 where (1, 2) === (3, 4)", "execute public.leak | read, unknown")]
    [InlineData("select * from orders order by a using ===", "select public.orders, execute public.leak | read, unknown")]
    [InlineData("select * from orders order by a using operator(public.===)", "select public.orders, execute public.===, execute public.leak | read, unknown")]
    [InlineData("select * from orders where a not between 1 and 2", "select public.orders, execute public.plotted | read, unknown")]
    [InlineData("select @@@ 7", "execute pg_catalog.lo_unlink | read, write, destructive")]
    [InlineData("select * from orders where a <= 1", "select public.orders | read")]
    public void An_operator_that_somebody_defined_is_the_function_behind_it(string sql, string expected)
    {
        var catalog = Shop with
        {
            Operators = new Dictionary<string, IReadOnlyList<string>>
            {
                ["<->"] = ["public.similarity"], ["==="] = ["public.leak"], [">="] = ["public.leak"], ["<"] = ["public.plotted"],
                ["@@@"] = ["pg_catalog.lo_unlink"], ["<="] = ["pg_catalog.int4le"],
            },
        };
        Summary(Of(sql, Context(catalog))).ShouldBe(expected);
    }

    [Theory]
    [InlineData("select * from orders where a = 1")]
    [InlineData("select * from orders where a in (1, 2)")]
    [InlineData("select * from orders where a in (select 1)")]
    [InlineData("select * from orders where a not in (select 1)")]
    [InlineData("select * from orders where a is distinct from 1")]
    [InlineData("select * from orders where nullif(a, 1) is null")]
    [InlineData("select * from orders where (a, b) = (1, 2)")]
    [InlineData("select * from orders where (a, b) in (select 1, 2)")]
    [InlineData("select case a when 1 then 2 end from orders")]
    [InlineData("select * from orders natural join orders o")]
    [InlineData("select * from orders join orders o using (id)")]
    public void An_equality_that_somebody_defined_is_meant_wherever_the_grammar_says_equal(string sql)
    {
        var catalog = Shop with { Operators = new Dictionary<string, IReadOnlyList<string>> { ["="] = ["public.leak"] } };
        Summary(Of(sql, Context(catalog))).ShouldContain("execute public.leak");
        Summary(Of("select case when a then 2 end from orders join orders o on true where exists (select 1)", Context(catalog))).ShouldNotContain("leak");
    }

    [Fact]
    public void A_temporary_table_hides_the_real_one_in_its_own_session_alone()
    {
        var plain = Context(Shop);
        var temporary = plain with { IsTemporary = name => name == "orders" };
        for (var i = 0; i < 2; i++)
        {
            Summary(Of("select * from orders", plain)).ShouldBe("select public.orders | read");
            Summary(Of("select * from orders", temporary)).ShouldBe("select pg_temp.orders | read");
        }
    }

    [Fact]
    public void The_same_text_under_another_path_or_catalog_is_understood_anew()
    {
        Summary(Of("select 7 from orders", Context(Shop))).ShouldBe("select public.orders | read");
        Summary(Of("select 7 from orders", Context(Shop, "pg_catalog", "app"))).ShouldBe("select app.orders | read");
        Summary(Of("select 7 from orders", Context(Snapshot([Table("pg_temp", "orders")])))).ShouldBe("select pg_temp.orders | read");
    }
}
