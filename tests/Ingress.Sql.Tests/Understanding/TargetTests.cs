using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Sql.Tests.Understanding.Ask;

namespace Hoop.Ingress.Sql.Tests.Understanding;

/// <summary>What is written to something that may be a view may land in any table.</summary>
public class TargetTests
{
    static readonly CatalogSnapshot Shop = Snapshot([Table("public", "orders", columns: ["id"]), Table("public", "watched") with { Triggers = [new("public.f", 4, null)] }]);

    static SqlContext Session(string[]? temporary = null, params string[] plain) =>
        Context(Shop) with { IsTemporary = (temporary ?? []).Contains, IsPlainTable = plain.Contains };

    [Theory]
    [InlineData("delete from ov where id = 1", "delete pg_temp.ov | write")]
    [InlineData("delete from pg_temp.ov where id = 1", "delete pg_temp.ov | write")]
    [InlineData("update ov set id = 1 where id = 2", "update pg_temp.ov | write")]
    [InlineData("insert into ov values (1)", "insert pg_temp.ov | write")]
    [InlineData("with d as (delete from ov where id = 1 returning 1) select * from d", "delete pg_temp.ov, select pg_temp.ov | read, write")]
    [InlineData("merge into ov using orders o on o.id = ov.id when matched and o.id = 1 then delete", "merge pg_temp.ov, delete pg_temp.ov, select public.orders | read, write")]
    [InlineData("copy ov from stdin", "copy-from pg_temp.ov | write")]
    [InlineData("truncate ov", "truncate pg_temp.ov | write, masswrite, destructive")]
    public void A_temporary_relation_is_a_table_only_when_the_server_says_so(string sql, string expected)
    {
        Summary(Of(sql, Session(["ov"]))).ShouldBe(expected + ", unknown");
        Summary(Of(sql, Session(["ov"], "pg_temp.ov"))).ShouldBe(expected);
        Summary(Of(sql, Session(["ov"]))).ShouldBe(expected + ", unknown");
    }

    [Fact]
    public void A_relation_that_is_not_in_the_catalog_is_unknown_unless_the_open_transaction_made_it_as_a_table()
    {
        for (var i = 0; i < 2; i++)
        {
            Summary(Of("delete from fresh where id = 1", Session())).ShouldBe("delete public.fresh | write, unknown");
            Summary(Of("delete from fresh where id = 1", Session([], "public.fresh"))).ShouldBe("delete public.fresh | write");
        }
        Summary(Of("select * from fresh", Session())).ShouldBe("select public.fresh | read");
        Summary(Of("delete from orders where id = 1", Session())).ShouldBe("delete public.orders | write");
        Summary(Of("delete from fresh where id = 1")).ShouldBe("delete public.fresh | write"); // no catalog at all
    }

    [Theory]
    [InlineData("create view v as select * from orders; delete from v where id = 1")]
    [InlineData("create temp view v as select * from orders; delete from v where id = 1")]
    [InlineData("create table if not exists v (id int); delete from v where id = 1")]
    [InlineData("create table v (id int); drop table v; create view v as select * from orders; delete from v where id = 1")]
    [InlineData("create table v (id int); create rule r as on delete to v do instead delete from orders; delete from v where id = 1")]
    [InlineData("create temp table orders (id int); discard temp; delete from watched where id = 1")]
    [InlineData("drop view old; create view old as select * from orders; insert into temporary values (1)")]
    [InlineData("create table a (id int); insert into watched values (1)")]
    [InlineData("do $$ begin create view v as select * from orders; delete from v where id = 1; end $$")]
    public void What_the_text_itself_changed_may_be_anything(string sql) =>
        Summary(Of(sql, Session(["temporary"], "pg_temp.temporary"))).ShouldContain("unknown");

    [Theory]
    [InlineData("create table fresh (id int primary key); create index on fresh (id); insert into fresh values (1)")]
    [InlineData("create temp table fresh (id int); insert into fresh select id from orders")]
    [InlineData("create temp table fresh as select * from orders; update fresh set id = 1 where id = 2")]
    [InlineData("select * into fresh from orders; delete from fresh where id = 1")]
    [InlineData("create table fresh (id int); insert into orders values (1)")]
    [InlineData("create table fresh (id int); insert into temporary values (1)")]
    [InlineData("do $$ begin drop table if exists fresh; create temp table fresh (id int); insert into fresh values (1); insert into orders values (1); end $$")]
    public void But_tables_that_it_made_are_tables(string sql) =>
        Summary(Of(sql, Session(["temporary"], "pg_temp.temporary"))).ShouldNotContain("unknown");
}
