using Hoop.Ingress.Sql.Catalog;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Sql.Tests.Understanding.Ask;

namespace Hoop.Ingress.Sql.Tests.Understanding;

/// <summary>What a statement does to an object that it does not name; <c>~</c> marks what is implied.</summary>
public class RouteTests
{
    static readonly CatalogSnapshot Shop = Snapshot(
        [
            Table("kept", "orders", columns: ["id", "note"]) with { Cascades = [new("kept.items", 'a', 'a')], Expressions = [new('c', "kept.allowed(id)")] },
            Table("kept", "items") with { Triggers = [new("kept.late", 4, null) { Deferrable = true }] },
            Table("kept", "listed", 'v', " SELECT id FROM kept.orders"), Table("kept", "relisted", 'v', " SELECT id FROM kept.listed"), Table("kept", "other", 'v', " SELECT id FROM kept.orders_2"),
            Table("kept", "felt") with { Columns = [new("how", 1, 20000)] }, Table("open", "work") with { Expressions = [new('d', "kept.twice()")] },
            Table("kept", "typed") with { OfType = "kept.shape" }, Table("kept", "whole"), Table("kept", "part") with { Parents = ["kept.whole"], Cascades = [new("open.refers", 'a', 'a')] }, Table("open", "refers"), Table("open", "feels"),
            Table("open", "partly", 'v', " SELECT id FROM kept.part"), Table("open", "sifted", 'v', " SELECT id FROM open.work WHERE kept.allowed(id)"), Table("open", "settings", 'v', " SELECT name, setting FROM pg_settings"),
        ],
        Function("kept", "allowed", "sql", 'i', "select true"), Function("open", "twice", "sql", 'i', "select 1"), Function("kept", "twice", "sql", 'i', "select 1"),
        Function("kept", "late", "plpgsql", 'v') with { Definition = "CREATE FUNCTION kept.late() RETURNS trigger LANGUAGE plpgsql AS $b$ begin return null; end $b$" }) with
    {
        Types = ["open.mood", "kept.mood", "kept.range"], Indexes = new Dictionary<string, IReadOnlyList<string>> { ["kept.orders_pkey"] = ["kept.orders"] },
        Dependents = new[]
        {
            ("table kept.orders", "table kept.items", "a/"), ("table kept.orders", "table kept.listed", "g/"), ("table kept.listed", "table kept.relisted", "g/"), ("table kept.orders", "table kept.orders_id_seq", "g+/1"), ("table kept.orders", "function kept.total", "g"),
            ("function kept.allowed", "table kept.orders", "a"), ("function kept.allowed", "x2617 1", "g"), ("x2617 1", "table open.sifted", "g"), ("table open.work", "table open.sifted", "g/"), ("function kept.twice", "table open.work", "a"), ("function kept.late", "table kept.items", "a"),
            ("table kept.whole", "table kept.part", "g"), ("table kept.part", "table open.refers", "a/"), ("table kept.part", "table open.partly", "g/"), ("type kept.mood", "table open.feels", "c"), ("type open.mood", "table kept.felt", "c"), ("type open.mood", "function kept.cheer", "g"),
            ("type kept.mood", "type kept.range", "g"), ("table kept.felt", "table open.glad", "g/"), ("extension shop", "table kept.items", "g+"), ("extension shop", "function kept.late", "g+"), ("type kept.shape", "table kept.typed", "g"), ("schema kept", "x2617 2", "g"), ("x2617 2", "table open.joined", "g"),
        }.GroupBy(d => d.Item1).ToDictionary(g => g.Key, g => (IReadOnlyList<CatalogDependent>)[.. g.Select(d => new CatalogDependent(d.Item2, d.Item3[0], d.Item3.Contains('+'), d.Item3.Contains('/')) { Column = d.Item3.EndsWith('1') ? 1 : null })]),
    };

    [Theory]
    [InlineData("alter schema kept rename to other", "create schema:other, alter schema:kept, ~alter kept.felt, ~create other.felt, ~alter kept.items")]
    [InlineData("alter schema kept rename to other", "~alter kept.allowed, ~create other.allowed")]
    [InlineData("alter schema kept owner to bob", "~alter kept.orders")]
    [InlineData("drop schema kept", "~drop kept.allowed")]
    [InlineData("drop schema kept cascade", "~drop kept.items")]
    [InlineData("grant select on all tables in schema kept to bob", "~grant kept.orders")]
    [InlineData("revoke execute on all functions in schema kept from bob", "~revoke kept.allowed")]
    [InlineData("create publication p for all tables", "~select kept.orders")]
    [InlineData("create publication p for tables in schema kept", "~select kept.items")]
    [InlineData("alter publication p add tables in schema kept", "~select kept.items")]
    [InlineData("drop owned by bob", "~drop kept.orders")]
    [InlineData("reassign owned by bob to ann", "~alter kept.orders")]
    [InlineData("drop extension shop", "~drop kept.items")]
    [InlineData("alter extension shop add table kept.orders", "alter kept.orders")]
    [InlineData("drop table kept.orders cascade", "~alter kept.items, ~drop kept.listed, ~drop kept.orders_id_seq, ~drop kept.total, ~drop kept.relisted |")]
    [InlineData("drop table kept.orders", "drop kept.orders, ~drop kept.orders_id_seq |")]
    [InlineData("alter table kept.orders drop column id", "alter kept.orders, ~execute kept.allowed, ~drop kept.orders_id_seq |")]
    [InlineData("drop type open.mood cascade", "drop type:open.mood, ~alter kept.felt, ~drop kept.cheer, ~drop open.glad |")]
    [InlineData("drop type kept.mood cascade", "~drop type:kept.range")]
    [InlineData("drop function kept.allowed(int) cascade", "~drop open.sifted")]
    [InlineData("drop schema kept", "~drop type:kept.mood")]
    [InlineData("drop schema kept cascade", "~drop open.joined")]
    [InlineData("alter schema kept rename to other", "~alter type:kept.mood, ~create type:other.mood")]
    [InlineData("drop extension shop", "~drop kept.items, ~drop kept.late")]
    [InlineData("drop owned by bob", "~drop type:open.mood")]
    [InlineData("drop index kept.orders_pkey", "~alter kept.orders")]
    [InlineData("alter index kept.orders_pkey rename to old", "~alter kept.orders")]
    [InlineData("reindex index kept.orders_pkey", "reindex kept.orders_pkey, ~reindex kept.orders")]
    [InlineData("reindex schema kept", "~reindex kept.orders")]
    [InlineData("alter table kept.orders alter column id type bigint", "~alter kept.items")]
    [InlineData("reindex database shop", "~reindex open.work")]
    [InlineData("vacuum", "~vacuum open.work")]
    [InlineData("analyze", "~analyze kept.whole")]
    [InlineData("cluster", "~cluster kept.orders")]
    [InlineData("alter table all in tablespace fast set tablespace slow", "~alter kept.orders")]
    [InlineData("alter table kept.orders drop column id cascade", "~drop kept.listed")]
    [InlineData("drop table kept.whole cascade", "~drop kept.part, ~alter open.refers, ~drop open.partly")]
    [InlineData("alter table kept.orders drop constraint orders_pkey cascade", "~alter kept.items")]
    [InlineData("drop index kept.orders_pkey cascade", "~alter kept.items")]
    [InlineData("drop schema kept cascade", "~alter open.work")]
    [InlineData("drop schema kept cascade", "~alter open.refers")]
    [InlineData("drop schema kept cascade", "~alter open.feels")]
    [InlineData("drop schema kept cascade", "~drop open.partly")]
    [InlineData("drop schema kept cascade", "~drop open.sifted")]
    [InlineData("drop server far cascade", "~drop kept.orders")]
    [InlineData("drop operator open.===(int, int) cascade", "~drop kept.orders")]
    [InlineData("drop extension shop cascade", "~drop kept.items")]
    [InlineData("alter extension shop set schema open", "~alter kept.items")]
    [InlineData("alter extension shop set schema open", "ddl, codeexec")]
    [InlineData("alter type kept.shape add attribute a int cascade", "~alter kept.typed")]
    [InlineData("alter type kept.shape rename attribute a to b cascade", "~alter kept.typed")]
    [InlineData("alter table kept.whole rename column id to no", "~alter kept.part")]
    [InlineData("alter trigger t on kept.whole rename to u", "~alter kept.part")]
    [InlineData("drop trigger t on kept.whole", "~alter kept.part")]
    [InlineData("vacuum kept.whole", "~vacuum kept.part")]
    [InlineData("delete from open.sifted where id = 1", "~execute kept.allowed")]
    [InlineData("insert into open.sifted values (1)", "~execute kept.allowed")]
    [InlineData("drop function kept.allowed(int) cascade", "~alter kept.orders")]
    [InlineData("drop type open.mood cascade", "~alter kept.felt")]
    [InlineData("drop type atk.open.mood", "drop type:open.mood |")]
    [InlineData("drop type mood", "drop type:open.mood, ~drop type:kept.mood")]
    [InlineData("alter type mood add value 'x'", "alter type:open.mood, ~alter type:kept.mood")]
    [InlineData("drop function twice(text)", "drop open.twice, ~drop kept.twice")]
    [InlineData("alter function twice(text) security definer", "~alter kept.twice")]
    [InlineData("create table open.child() inherits (kept.orders)", "create open.child, ~alter kept.orders")]
    [InlineData("create table open.child partition of kept.orders default", "create open.child, ~alter kept.orders")]
    [InlineData("create or replace view kept.listed as select 1", "~alter kept.listed")]
    [InlineData("create or replace function kept.allowed() returns int language sql as 'select 1'", "~alter kept.allowed")]
    [InlineData("alter table open.work rename to orders", "~create open.orders")]
    [InlineData("create schema made create table t(a int) create view v as select a from t", "create made.t, create made.v")]
    [InlineData("create function pg_catalog.abs(text) returns int language sql as 'select 1'", "ddl, privilege, codeexec")]
    [InlineData("alter function open.twice() set schema pg_catalog", "privilege, codeexec")]
    [InlineData("create foreign table f(a int) server s options (program 'rm')", "codeexec")]
    [InlineData("create foreign table f(a int) server s options (filename '/etc/passwd')", "fileaccess")]
    [InlineData("alter foreign table f options (set filename '/etc/passwd')", "ddl, fileaccess, network")]
    [InlineData("update open.settings set setting = 'x' where name = 'role'", "~update pg_catalog.pg_settings | write, ddl, privilege, session")]
    [InlineData("copy pg_authid from stdin", "copy-from pg_catalog.pg_authid | write, ddl, privilege, session")]
    [InlineData("lock table kept.relisted", "lock kept.relisted, ~lock kept.listed, ~lock kept.orders | lock")]
    [InlineData("select setval('kept.numbers', 1)", "~update kept.numbers")]
    [InlineData("select setval('\"Odd\"'::regclass, 1)", "~update open.Odd")]
    public void It_is_reported(string sql, string expected) => Summary(Of(sql, Context(Shop, "pg_catalog", "open", "kept"))).ShouldContain(expected);

    [Theory]
    [InlineData("drop table kept.orders", "listed")]
    [InlineData("drop table kept.orders cascade", "kept.other")]
    [InlineData("alter table kept.whole drop constraint c cascade", "drop")]
    [InlineData("drop server far", "kept")]
    [InlineData("drop extension shop cascade", "kept.orders")]
    [InlineData("alter table kept.orders drop column note", "drop kept")]
    [InlineData("alter table kept.orders drop column note cascade", "orders_id_seq")]
    [InlineData("alter table kept.orders drop constraint orders_pkey", "drop kept")]
    [InlineData("drop table open.work cascade", "kept")]
    [InlineData("alter table kept.orders drop column id cascade", "total")]
    [InlineData("reindex index kept.orders_pkey", "kept.items")]
    [InlineData("alter table only kept.whole rename column id to no", "part")]
    [InlineData("insert into open.partly values (1)", "execute")]
    [InlineData("drop type open.mood", "felt")]
    [InlineData("drop schema open", "felt")]
    [InlineData("grant usage on schema kept to bob", "kept.orders")]
    [InlineData("grant select on all tables in schema kept to bob", "kept.allowed")]
    [InlineData("create view kept.listed as select 1", "alter")]
    [InlineData("create type mood as enum ('a')", "kept")]
    public void But_no_more_than_happens(string sql, string not) => Summary(Of(sql, Context(Shop, "pg_catalog", "open", "kept"))).ShouldNotContain(not);

    [Theory]
    [InlineData("begin; insert into kept.items values (1); commit", "kept.late")]
    [InlineData("insert into open.work values (1)", null)]
    public void What_waits_for_the_end_of_the_transaction_is_known(string sql, string? function) =>
        Ask.Analyzer.Analyze(sql, Context(Shop)).Statements.SelectMany(s => s.Command.Deferred).FirstOrDefault().ShouldBe(function);

    /// <summary>What looks like PostgreSQL's own may be what was made a moment ago.</summary>
    [Theory]
    [InlineData("create function abs(text) returns int language sql as 'select 1'; select abs('x')", true)]
    [InlineData("create operator + (leftarg = text, rightarg = point, function = f); values ('x' + point(1, 1))", true)]
    [InlineData("create domain d as int check (f(value)); declare c cursor for select 1::d", true)]
    [InlineData("create table t(a int); select abs(1)", false)]
    [InlineData("create function f() returns int language sql as 'select 1'; commit", false)]
    public void After_code_was_made_nothing_only_computes(string sql, bool unknown) => Of(sql).Facts.Plumbing.ShouldBe(!unknown);

    [Theory]
    [InlineData("set role none; delete from orders where id = 1")]
    [InlineData("discard all; delete from orders where id = 1")]
    public void Where_names_have_moved_a_statement_is_not_understood_and_says_so(string sql)
    {
        var facts = Of(sql).Facts;
        (facts.Understood, facts.Effects.HasFlag(Contracts.Operations.Effects.Unknown)).ShouldBe((false, true));
    }
}
