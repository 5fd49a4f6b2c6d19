using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Sql.Tests.Understanding.Ask;

namespace Hoop.Ingress.Sql.Tests.Understanding;

/// <summary>Planning calls functions to learn their values, so EXPLAIN is as good as the functions in its statement.</summary>
public class ExplainTests
{
    static readonly CatalogSnapshot Shop = Snapshot(
        [
            Table("public", "orders", columns: "id") with { Triggers = [new("public.wipe", 8, null)] }, Table("public", "seen", 'v', "SELECT public.fold(1) FROM public.orders"),
            Table("public", "kept", columns: "id") with { Expressions = [new('d', "public.wipe(1)")] },
            Table("public", "moved", rules: true) with { Rules = [new('3', "CREATE RULE r AS ON INSERT TO public.moved DO INSTEAD DELETE FROM public.orders WHERE id = public.fold(2)")] },
        ],
        Function("public", "wipe", "plpgsql", 'v') with { Definition = "CREATE FUNCTION wipe(i int) RETURNS int LANGUAGE plpgsql AS $b$ begin delete from public.orders where id = i; return 1; end $b$" },
        Function("public", "fold", "plpgsql", 'i') with { Definition = "CREATE FUNCTION fold(i int) RETURNS int LANGUAGE plpgsql AS $b$ begin return public.wipe(i); end $b$" },
        Function("public", "next", "sql", 'i', "select nextval('s')"), Function("public", "plain", "sql", 'i', "select 1"));

    const string Folded = "execute public.fold, execute public.wipe, ~delete public.orders | read, write, unknown";

    [Theory]
    [InlineData("explain select public.fold(1) from orders", "explain public.orders, ")]
    [InlineData("explain select fold(1)", "~explain public.orders, ")]
    [InlineData("explain delete from orders where id = (select fold(1))", "explain public.orders, ")]
    [InlineData("explain with o as (select 1) select fold(1) from o", "~explain public.orders, ")]
    [InlineData("explain select 1 union select fold(1)", "~explain public.orders, ")]
    [InlineData("explain (verbose) create table fresh as select fold(1) as a", "explain public.fresh, ~explain public.orders, ")]
    [InlineData("explain declare c cursor for select fold(1)", "~explain public.orders, ")]
    public void Functions_that_the_planner_may_call_count(string sql, string explained) => Summary(Of(sql, Context(Shop))).ShouldBe(explained + Folded);

    [Theory]
    [InlineData("explain select * from seen", "explain public.seen, ~explain public.orders, execute public.fold, execute public.wipe, ~delete public.orders | read, write, unknown")]
    [InlineData("explain select next()", "execute public.next, execute pg_catalog.nextval | read, write")]
    [InlineData("explain select nextval('s')", "execute pg_catalog.nextval | read, write")]
    [InlineData("explain insert into kept default values", "explain public.kept, ~explain public.orders, ~execute public.wipe, ~delete public.orders | read, write, unknown")]
    [InlineData("explain insert into moved values (1)", "explain public.moved, ~explain public.orders, ~execute public.fold, ~execute public.wipe, ~delete public.orders | read, write, unknown")]
    public void So_do_those_of_views_defaults_and_rules(string sql, string expected) => Summary(Of(sql, Context(Shop))).ShouldBe(expected);

    [Theory]
    [InlineData("explain select * from orders where id = 1 order by lower(id::text)", "explain public.orders | read")]
    [InlineData("explain delete from orders where id = 1", "explain public.orders | read")]
    [InlineData("explain insert into orders values (1)", "explain public.orders | read")]
    [InlineData("explain with o as (select * from orders) select count(*) from o", "explain public.orders | read")]
    [InlineData("explain select plain()", "execute public.plain | read")]
    public void Everyday_plans_need_no_more_than_explain(string sql, string expected) => Summary(Of(sql, Context(Shop))).ShouldBe(expected);

    [Fact]
    public void A_prepared_statement_is_planned_by_its_text()
    {
        var context = Context(Shop) with { Prepared = static name => name == "p" ? Of("prepare p as select fold(1) from orders", Context(Shop)) : Of("prepare q as select 1 from orders", Context(Shop)) };
        Summary(Of("explain execute p", context)).ShouldBe("explain public.orders, " + Folded);
        Summary(Of("explain execute q", context)).ShouldBe("explain public.orders | read");
        Summary(Of("explain create table fresh as execute p", context)).ShouldContain("execute public.wipe");
    }

    [Theory]
    [InlineData("explain select 1", "plumbing")]
    [InlineData("explain (analyze) select 1", "plumbing")]
    [InlineData("explain (costs off) values (1)", "plumbing")]
    [InlineData("explain analyze select set_config('search_path', 'other', false)", "explain other:* | read, session, unknown")]
    [InlineData("explain declare c cursor for select 1", "explain other:* | read")]
    public void What_touches_nothing_needs_nothing_unless_it_moves_the_session(string sql, string expected) => Summary(Of(sql)).ShouldBe(expected);
}
