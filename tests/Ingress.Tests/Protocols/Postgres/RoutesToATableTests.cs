using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>Two schemas of the same tables, one of which nobody may change: by no other name, no other object and at no other time.</summary>
public class RoutesToATableTests
{
    private const string Verbs = "select, insert, update, delete, merge, truncate, create, alter, drop, grant, execute, reindex, analyze, vacuum, set";

    private const string Rules = $$"""
          - { name: all, roles: [agent], targets: [shop], allow: { verbs: [{{Verbs}}], objects: ["*"], effects: [write, mass-write, ddl, destructive, lock, privilege, session] } }
          - { name: runs, roles: [agent], targets: [shop], allow: { verbs: [execute, select], objects: ["open.*"], effects: [unknown, write] } }
          - { name: kept, roles: [agent], targets: [shop], block: { verbs: [insert, update, delete, truncate, alter, drop, grant], objects: ["kept.*", public.vault] } }
        """;

    private const string Script = """
        create schema kept; create schema open;
        create table kept.junk(id int); insert into kept.junk values (1), (2);
        create table public.junk(id int); insert into public.junk values (1), (2);
        create table public.vault(id int primary key, v text); insert into vault select i, 'v' || i from generate_series(1, 9) i;
        create view kept.shown as select v from public.junk, public.vault;
        create table open.work(id int); insert into open.work values (1);
        create function open.clear() returns trigger language plpgsql as 'begin delete from junk; return null; end';
        create constraint trigger late after insert on open.work deferrable initially deferred for each row execute function open.clear();
        create function open.sweep(int) returns int language plpgsql as 'begin delete from junk where id = $1; return $1; end';
        create function open.wipe(int) returns int language sql as 'delete from public.vault where id = $1 returning id';
        create function open.indexed(int) returns int language sql immutable as 'select $1';
        create table open.parts(id int) partition by range (open.indexed(id));
        create table open.parts_1 partition of open.parts default;
        create table open.counted(id int); insert into open.counted values (1), (2);
        create statistics open.counts on (open.indexed(id)), id from open.counted;
        create function open.at(text, point) returns int language sql as 'delete from public.vault where id = 1 returning id';
        create function open.fire() returns trigger language plpgsql as 'begin delete from public.vault where id = 1; return new; end';
        create table open.fired(id int); create trigger fires before insert on open.fired for each row execute function open.fire();
        create view open.wiping as select open.wipe(1) as id;
        create function open.joined(text, text) returns int language sql as 'delete from public.vault where id = 1 returning id';
        create operator public.=== (leftarg = text, rightarg = text, function = open.joined);
        create table open.based(id int); insert into open.based values (1);
        create index on_it on open.based(open.indexed(id));
        create domain open.made as int default open.wipe(1);
        create table open.defaulted(id int, made open.made); insert into open.defaulted values (1, 1);
        create view open.sifted as select id from open.work where open.wipe(id) > 0;
        create table open.keyed(id int primary key); create table kept.refers(id int references open.keyed);
        create schema moods; create type moods.mood as enum ('glad'); create table kept.felt(how moods.mood[]);
        create type moods.word as enum ('yes'); create function kept.said(moods.word) returns int language sql as 'select 1'; create index vault_v on public.vault(v);
        create function open.less(int, int) returns boolean language sql as 'select true'; create operator open.<<< (leftarg = int, rightarg = int, function = open.less); create view kept.lesser as select v from public.vault where id operator(open.<<<) 1;
        create type open.shape as (a int); create table kept.shaped of open.shape;
        create extension file_fdw; create server far foreign data wrapper file_fdw; create foreign table kept.far(a text) server far options (filename '/dev/null');
        """;

    private const string Indexed = "create or replace function open.indexed(int) returns int language plpgsql immutable as 'begin perform open.wipe($1); return $1; end'";

    public static IEnumerable<object[]> Routes =>
    [
        [(string[])["create view open.settings as select name, setting from pg_settings", "begin", "update open.settings set setting = 'kept, public' where name = 'search_path'", "delete from junk where id = 1", "commit"]],
        [(string[])["begin", "create view open.v as select * from public.vault",
            "create temp table pg_class as select oid, relname, relnamespace, reltype, relowner, 'r'::\"char\" relkind, relhastriggers, relhasrules, relpersistence from pg_catalog.pg_class",
            "create table open.fresh(a int)", "delete from open.v where id = 1", "commit"]],
        [(string[])["alter schema kept rename to other", "delete from other.junk where id = 1", "alter schema other rename to kept"]],
        [(string[])["create table open.child() inherits (public.vault)", "insert into open.child values (99, 'x')"]],
        [(string[])["grant all on all tables in schema kept to public"]],
        [(string[])["drop owned by current_user cascade"]],
        [(string[])["drop table public.junk cascade"]],
        [(string[])["create or replace view kept.shown as select 'x'::text as v"]],
        [(string[])["begin", "insert into open.work values (2)", "set search_path = kept, public", "commit"]],
        [(string[])["begin", "insert into open.work values (2)", "set search_path = kept, public", "set constraints all immediate", "commit"]],
        [(string[])["begin", "insert into open.work values (2)", "create or replace function open.clear() returns trigger language plpgsql as 'begin delete from public.vault; return null; end'", "commit"]],
        [(string[])["begin", "insert into open.work values (2)", "alter function open.clear() rename to cleared", "create or replace function open.cleared() returns trigger language plpgsql as 'begin delete from public.vault; return null; end'", "create function open.clear() returns trigger language plpgsql as 'begin delete from junk; return null; end'", "commit"]],
        [(string[])["insert into open.work values (2); set search_path = kept, public"]],
        [(string[])["begin", "declare c cursor for select open.sweep(id) from open.counted", "set search_path = kept, public", "fetch all from c", "commit"]],
        [(string[])["begin", "declare c cursor with hold for select open.sweep(id) from open.counted", "set search_path = kept, public", "commit"]],
        [(string[])["create function public.abs(text) returns int language sql as 'delete from public.vault where id = 1 returning id'; select abs('x'::text)"]],
        [(string[])["create function pg_catalog.abs(text) returns int language sql as 'delete from public.vault where id = 1 returning id'", "select abs('x'::text)"]],
        [(string[])["create operator public.+ (leftarg = text, rightarg = point, function = open.at); select 'x'::text + point(1, 1)"]],
        [(string[])["create domain public.held as int check (open.wipe(value) > 0); select 1::public.held"]],
        [(string[])[Indexed, "insert into open.parts values (1)"]],
        [(string[])[Indexed, "insert into open.parts_1 values (1)"]],
        [(string[])[Indexed, "analyze open.counted"]],
        [(string[])[Indexed, "analyze"]],
        [(string[])[Indexed, "vacuum analyze"]],
        [(string[])[Indexed, "reindex schema open"]],
        [(string[])[Indexed, "reindex index open.on_it"]],
        [(string[])["insert into open.defaulted(id) values (1)"]],
        [(string[])["update open.defaulted set made = default"]],
        [(string[])["alter table open.work add column made open.made"]],
        [(string[])["create temp table mine(id int, made open.made)", "insert into mine(id) values (1)"]],
        [(string[])["create table open.mine(id int, made open.made); insert into open.mine(id) values (1)"]],
        [(string[])["delete from open.sifted"]],
        [(string[])["update open.sifted set id = 5 where id = 1"]],
        [(string[])["alter table open.keyed drop constraint keyed_pkey cascade"]],
        [(string[])["alter table open.keyed drop column id cascade"]],
        [(string[])["alter type open.shape add attribute b int cascade"]],
        [(string[])["drop server far cascade"]],
        [(string[])["drop schema moods cascade"]],
        [(string[])["drop type moods.word cascade"]],
        [(string[])["drop function open.less cascade"]],
        [(string[])["drop index public.vault_v"]],
        [(string[])["alter index public.vault_v rename to other"]],
        [(string[])["alter table all in tablespace pg_default set tablespace pg_default"]],
    ];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task What_nobody_may_change_stays_as_it_is(params string[] statements)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        var before = await StateAsync(rig);
        List<string> seen = [];
        foreach (var statement in statements)
        {
            await client.QueryAsync(statement);
            seen.AddRange(await client.ReadUntilAsync('Z'));
        }

        seen.ShouldContain(static message => message.StartsWith("E:42501", StringComparison.Ordinal) || message.StartsWith("E:42601", StringComparison.Ordinal));
        (await StateAsync(rig)).ShouldBe(before);
    }

    [Fact]
    public async Task Further_rows_of_a_portal_come_about_by_the_names_that_were_judged()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        var before = await StateAsync(rig);
        await client.QueryAsync("begin");
        await client.ReadUntilAsync('Z');
        await client.SendAsync(static output =>
        {
            Parse.Write(output, "", "select open.sweep(id) from open.counted");
            Bind.WriteText(output, "p", "", []);
            Execute.Write(output, "p", 1);
            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldContain("s");
        await client.QueryAsync("set search_path = kept, public");
        await client.ReadUntilAsync('Z');
        await client.SendAsync(static output =>
        {
            Execute.Write(output, "p", 0);
            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:0A000", "Z:E"]);
        await client.QueryAsync("rollback");
        await client.ReadUntilAsync('Z');
        (await StateAsync(rig)).ShouldBe(before);
    }

    [Theory]
    [InlineData("create function public.abs(text) returns int language sql as 'delete from public.vault where id = 1 returning id'", "select abs('x'::text)")]
    [InlineData("insert into open.work values (2)", "set search_path = kept, public")]
    [InlineData("create view open.v as select * from public.vault", "delete from open.v where id = 1")]
    [InlineData("create table open.fresh(a int)", "insert into open.fired values (1)")]
    [InlineData("create table open.fresh(a int)", "select * from open.wiping")]
    [InlineData("create table open.fresh(a int)", "select 'x'::text === 'y'::text")]
    [InlineData("create view open.v as select * from public.vault", "copy open.v from program 'echo 77'")]
    public async Task In_a_pipeline_neither(string first, string second)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        var before = await StateAsync(rig);
        await client.SendAsync(output =>
        {
            foreach (var sql in (string[])[first, second])
            {
                Parse.Write(output, "", sql);
                Bind.WriteText(output, "", "", []);
                Execute.Write(output, "");
            }

            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldContain(static message => message.StartsWith("E:", StringComparison.Ordinal));
        (await StateAsync(rig)).ShouldBe(before);
    }

    [Theory]
    [InlineData("begin", "insert into open.work values (2)", "commit")]
    [InlineData("begin", "insert into open.work values (2)", "set search_path = public", "set constraints all immediate", "commit")]
    [InlineData("begin", "insert into open.work values (2)", "create table open.other(a int)", "commit")]
    [InlineData("insert into open.work values (2); select 1")]
    [InlineData("begin", "declare c cursor for select open.sweep(id) from open.counted", "fetch 1 from c", "fetch 1 from c", "commit")]
    [InlineData("begin", "declare c cursor for select id from open.counted", "set search_path = kept, public", "fetch 1 from c", "commit")]
    [InlineData("begin", "declare c cursor with hold for select open.sweep(id) from open.counted", "commit", "fetch all from c")]
    [InlineData("create or replace view open.seen as select 1 as a", "alter table open.counted rename to recounted", "drop view open.seen cascade")]
    [InlineData("create schema made create table t(a int)", "insert into made.t values (1)", "drop schema made cascade")]
    public async Task And_whatever_does_not_touch_it_runs(params string[] statements)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var statement in statements)
        {
            await client.QueryAsync(statement);
            (await client.ReadUntilAsync('Z')).ShouldNotContain(static message => message.StartsWith("E:", StringComparison.Ordinal), statement);
        }
    }

    // Definitions and rights, too; what is below kept.
    private static async Task<string> StateAsync(RealGateRig rig) => await rig.AskBehindAsync<string>("""
        select concat_ws(' ', (select string_agg(id::text, ',' order by id) from public.vault), (select string_agg(id::text, ',' order by id) from kept.junk), pg_get_viewdef('kept.shown'::regclass),
            (select string_agg(proname, ',') from pg_proc where pronamespace = 'kept'::regnamespace), (select string_agg(indexrelid::regclass::text, ',' order by 1) from pg_index where indrelid = 'public.vault'::regclass),
            (select string_agg(conname, ',' order by conname) from pg_constraint where connamespace = 'kept'::regnamespace),
            (select string_agg(relname || (select count(*) from pg_attribute where attrelid = pg_class.oid and attnum > 0 and not attisdropped) || coalesce(relacl::text, ''), ',' order by relname) from pg_class where relnamespace in ('kept'::regnamespace) or relname = 'vault'))
        """);
}
