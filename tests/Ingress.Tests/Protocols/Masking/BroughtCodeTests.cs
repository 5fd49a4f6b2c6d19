using System.Text;
using Hoop.Ingress.Tests.Protocols.Postgres;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing.Wire;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>DO under a column mask: what may run, what it may say, and the ways to have it carry a masked value.</summary>
public sealed class BroughtCodeTests
{
    private const string Rules = RealGateRig.Everything + """

        masks:
          - { name: ssn, targets: [shop], columns: [public.customers.ssn], with: redact, predicates: allow, except: [dba] }
        """;

    private const string Script = RealGateRig.Script + """
        create table notes (id int primary key, x text); insert into notes values (1, 'one');
        create schema other; create table other.notes as select id, ssn as x from customers; create view other.v as select ssn as x from customers;
        create view v as select id, x from notes; create view listed as select id, x from notes; create view counts as select count(*) as n from customers where ssn like '900%';
        create table numbers (ssn text primary key); create view shown as select n.id from notes n join customers c on c.ssn = n.x;
        create table people (id int, note text); create table staff () inherits (people);
        alter table customers add unique (ssn); create table guesses (x text references customers (ssn)); create table held (x text primary key);
        alter table customers add foreign key (ssn) references held not valid; create table bought (customer int references customers (id));
        create function leak(i int) returns text language plpgsql stable as $$ begin return (select ssn from customers where id = i); end $$;
        create function tells() returns trigger language plpgsql as $$ begin raise notice '%', (select ssn from customers where id = 7); return new; end $$;
        create table watched (id int, x text); create trigger tell before insert on watched for each row execute function tells();
        create table asleep (id int, x text); create trigger tell before insert on asleep for each row execute function tells(); alter table asleep disable trigger tell;
        create domain checked as text check (leak(7) is distinct from value); create table typed (x checked);
        create table secured (x text); create policy p on secured using (exists (select from customers c where c.ssn = x));
        create procedure fill() language sql as 'insert into notes select id, ssn from customers';
        create view information_schema.peek as select ssn as x from customers; create view information_schema.counted as select count(*) as n from customers where ssn like '900%';
        create function pg_catalog.leaked(i int) returns text language plpgsql stable as $$ begin return (select ssn from customers where id = i); end $$;
        create operator ~~~ (function = leak, rightarg = int); create table defaulted (id int, x text default leak(7));
        """;

    /// <summary>What it says after the arrow, if it may say so; else nothing but that it ran.</summary>
    [Theory]
    [InlineData("begin raise notice 'hello %', 1; end", "hello 1")]
    [InlineData("begin raise info 'seen'; end", "seen")]
    [InlineData("begin raise warning using message = 'm' || 1, detail = 'the detail', hint = 'h'; end", "the detail")]
    [InlineData("begin if not exists (select 1 from pg_type where typname = 'mood') then create type mood as enum ('a', 'b'); end if; end")]
    [InlineData("begin create type mood as enum ('a', 'b'); exception when duplicate_object then null; end")]
    [InlineData("begin alter table orders add constraint positive check (total > 0); exception when duplicate_object then null; end")]
    [InlineData("begin if not exists (select from information_schema.columns where table_name = 'orders' and column_name = 'c') then alter table orders add column c int default 0; create index on orders (c); update orders set total = 1 where id = 1; end if; end")]
    [InlineData("begin alter table orders rename column total to sum; exception when undefined_column then raise notice 'done'; end")]
    [InlineData("begin alter type nothing add value 'x'; exception when undefined_object then null; end")]
    [InlineData("begin create role nobody_here; raise exception 'taken back'; exception when duplicate_object or raise_exception then null; end")]
    [InlineData("begin set local lock_timeout = '2s'; drop index if exists nowhere; drop table if exists nowhere_either; create schema if not exists other; end")]
    [InlineData("declare n int; r record; begin select count(*) into strict n from orders where id <= 3; for r in select * from orders where id <= n loop raise notice 'order %', r.id; end loop; end", "order 3")]
    [InlineData("<<b>> declare total int := 2; a int[] := '{1,2}'; t orders%rowtype; x orders.total%type; begin foreach x in array a loop b.total := b.total + x; end loop; a[2] := total; select * into t from orders where id = 7; get diagnostics total = row_count; raise notice '% % %', a, t.customer, total; end", "{1,5} 7 1")]
    [InlineData("#variable_conflict use_column\ndeclare id int := 3; begin insert into notes values (2, 'two') returning notes.id into id; update notes set x = 'z' where id = 2; assert id = 2, 'not two'; case id when 2 then raise notice 'id %', id; else null; end case; end", "id 2")]
    [InlineData("begin assert 1 = 2, 'it is not'; end", "it is not")]
    [InlineData("begin perform pg_sleep(0), nextval('made') from generate_series(1, 2); exception when others then raise notice 'state %', sqlstate; end", "state 42P01")]
    [InlineData("/* customers */ begin raise notice '%', 'customers' -- customers\n; end", "customers")]
    [InlineData("begin insert into bought values (7); delete from bought; end")]
    [InlineData("declare c cursor for select 1; begin loop exit when true; continue; end loop; while false loop null; end loop; for i in 1..2 loop null; end loop; return; end")]
    public async Task A_block_that_no_masked_value_can_take_part_in_runs_and_speaks(string block, string said = "")
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        var heard = await RunAsync(client, $"do $do$ {block} $do$");
        heard.ShouldNotContain("SFATAL");
        heard.ShouldNotContain("42501");
        if (said.Length > 0) heard.ShouldNotContain("***");
        if (said.Length == 0) heard.ShouldContain("CDO");
        else heard.ShouldContain(said);
        (await RunAsync(client, "select 'still ' || 'there'")).ShouldContain("still there");
    }

    private static readonly string[] Attacks =
    [
        // Straight and by each kind of statement.
        "!begin insert into notes select id, ssn from customers; end",
        "!declare x text; begin select ssn into x from customers where id = 7; raise notice '%', x; end",
        "!declare x text := (select ssn from customers where id = 7); begin raise notice '%', x; end",
        "!declare x customers%rowtype; begin raise notice 'x'; end",
        "!declare x customers.ssn%type; begin raise notice 'x'; end",
        "!declare r record; begin for r in select * from customers loop raise notice '%', r; end loop; end",
        "!declare r record; begin for r in table \"customers\" loop raise notice '%', r; end loop; end",
        "!declare r record; begin for r in table PUBLIC.Customers loop raise notice '%', r; end loop; end",
        "!declare r record; begin for r in table U&\"c\\0075stomers\" loop raise notice '%', r; end loop; end",
        "!begin perform pg_notify('c', ssn) from customers; end",
        "!begin if exists (select from customers where ssn like '9%') then raise notice 'yes'; end if; end",
        "!begin assert (select count(*) from customers where ssn > '9') = 0, 'some'; end",
        "!begin perform 1 / (ascii(ssn) - 57) from customers where id = 7; exception when division_by_zero then raise notice '9'; end",
        "!begin raise notice 'x' using detail = (select ssn from customers where id = 7); end",
        "!begin raise exception using errcode = (select 'P' || right(ssn, 4) from customers where id = 7); end",
        "!begin raise notice '%', (select string_agg(number, ',') from customer_list); end",
        "!begin raise notice '%', (select n from counts); end",
        "!begin raise notice '%', (select count(*) from shown); end",
        "!begin delete from customers where ssn = '900-45-0007'; if found then raise notice 'yes'; end if; end",
        "!begin while (select ssn like '9%' from customers where id = 7) loop exit; end loop; end",
        "!declare n int; begin update customers set name = name where ssn like '900-45-0007'; get diagnostics n = row_count; raise notice '%', n; end",
        "!begin lock table customers; create table customers2 (like customers); alter table customers attach partition notes default; end",
        // Through what runs code, by name or behind a relation, an operator, a type.
        "!begin raise notice '%', leak(7); end",
        "!declare x text = leak(7); begin null; end",
        "!begin raise notice '%', ~~~ 7; end",
        "!begin insert into watched values (1, 'x'); end",
        "!begin insert into defaulted values (1); end",
        "!begin alter table asleep enable trigger tell; insert into asleep values (1, 'x'); end",
        "!begin alter table asleep enable always trigger tell; end",
        "!declare x checked := '900-45-0007'; begin null; exception when check_violation then raise notice 'yes'; end",
        "!declare x typed.x%type := '900-45-0007'; begin null; exception when check_violation then raise notice 'yes'; end",
        "!begin insert into secured values ('900-45-0007'); if found then raise notice 'yes'; end if; end",
        "!begin call fill(); end",
        "!begin do 'begin insert into notes select id, ssn from customers; end'; end",
        "!begin execute 'insert into notes select id, ssn from customers'; end",
        "!begin execute 'insert into notes select id, ' || 'ssn from ' || 'customers'; end",
        "!declare r record; begin for r in execute 'table customers' loop raise notice '%', r; end loop; end",
        "!begin perform query_to_xml('table customers', true, true, ''); end",
        "!begin perform set_config('search_path', 'other', false); end",
        "!begin perform lo_import('/etc/hostname'); end",
        // Guesses by the thousand, where each alone would be on record.
        "!begin for i in 1..9999 loop begin insert into guesses values ('900-45-' || lpad(i::text, 4, '0')); raise notice '%', i; exception when foreign_key_violation then null; end; end loop; end",
        "!begin delete from held where x = '900-45-0007'; exception when foreign_key_violation then raise notice 'yes'; end",
        // What an error said.
        "!begin null; exception when others then raise notice '%', sqlerrm; end",
        "!begin null; exception when others then raise notice '%', \"sqlerrm\"; end",
        "!declare x text; begin null; exception when others then get stacked diagnostics x = message_text; raise notice '%', x; end",
        "!declare x text; begin get diagnostics x = pg_context; raise notice '%', x; end",
        // Names that come to stand for something else.
        "!begin set local search_path = other; raise notice '%', (select max(x) from notes); end",
        "!begin drop view v; raise notice '%', (select max(x) from v); end",
        "!begin drop table notes cascade; raise notice '%', (select max(x) from notes); end",
        "!begin alter schema other rename to x; end",
        "!begin alter table other.notes set schema x; end",
        "!begin alter view customer_list rename to w; end",
        "!begin create view w as select ssn as x from customers; raise notice '%', (select max(x) from w); end",
        "!begin create or replace view v as select id, ssn as x from customers; raise notice '%', (select max(x) from v); end",
        "!begin create table if not exists w (x text); insert into notes select 3, x from w; end",
        "!begin create function f() returns text language sql as 'select ssn from customers where id = 7'; raise notice '%', f(); end",
        "!begin create trigger t before insert on notes for each row execute function tells(); end",
        "!begin create rule r as on insert to notes do also select leak(7); end",
        "!begin create table w (x text default leak(7)); end",
        "!begin create temp table w (x text check (leak(7) = x)); end",
        "!begin alter table people add column c checked; end",
        "!begin create domain d as text check (leak(7) = value); end",
        "!begin set role pg_monitor; end",
        "!begin commit; end", "!begin rollback; end", "!begin reset all; end", "!begin discard all; end", "!begin prepare p as select 1; end", "!begin declare c cursor for select 1; end",
        // Cursors and prepared statements of the session: a name is enough.
        "begin;; declare c cursor for select ssn from customers;; !declare c refcursor := 'c'; x text; begin fetch c into x; raise notice '%', x; end",
        "begin;; declare c cursor for select ssn from customers;; !declare o refcursor := 'c'; begin move o; close o; end",
        "!declare k cursor for select ssn from customers; begin for r in k loop raise notice '%', r; end loop; end",
        "!declare k refcursor; begin open k for select 1; end",
        "prepare p as select ssn as x from customers;; !begin create table w as execute p; end",
        // What the session made, where nobody knows what it is of.
        "begin;; create table w (x text);; create view ww as select 1;; !begin insert into notes select id, x from other.v, notes; end",
        "create temp view tv as select ssn as x from customers;; !begin raise notice '%', (select max(x) from tv); end",
        // Where the system's own tables hold values, and other people's statements.
        "!begin raise notice '%', (select most_common_vals::text from pg_stats limit 1); end",
        "!begin perform 1 from pg_stats where most_common_vals::text like '%900%'; end",
        "!begin raise notice '%', (select query from pg_stat_activity limit 1); end",
        "!begin raise notice '%', (select attmissingval::text from pg_attribute limit 1); end",
        "!declare r record; begin for r in select * from pg_attribute loop raise notice '%', r; end loop; end",
        "!begin raise notice '%', (select max(x) from information_schema.peek); end",
        "!begin raise notice '%', (select n from information_schema.counted); end",
        "!begin raise notice '%', pg_catalog.leaked(7); end",
        "!begin update pg_attribute set attname = 'x' where attname = 'ssn'; end",
        // Other languages, and what is no PL/pgSQL.
        "!this is not code", "!begin raise notice '%', nowhere.x; end", "!begin raise notice '%', nowhere; end", "!begin perform unknown_function(1); end",
    ];

    /// <summary>The blocks marked with <c>!</c> are refused, in each protocol, and the session goes on.</summary>
    [Fact]
    public async Task A_block_that_a_masked_value_could_take_part_in_is_refused()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        foreach (var attack in Attacks)
        {
            await using var client = await rig.Gateway.ConnectAsync();
            foreach (var statement in attack.Split(";;", StringSplitOptions.TrimEntries))
            {
                var sql = statement is ['!', .. var block] ? $"do $do$ {block} $do$" : statement;
                var heard = await RunAsync(client, sql);
                heard.ShouldNotContain("900-45", customMessage: attack);
                if (statement[0] == '!')
                {
                    heard.ShouldContain("42501", customMessage: attack);
                    if (!attack.StartsWith("begin;;", StringComparison.Ordinal)) (await ExecuteAsync(client, sql)).ShouldContain("42501", customMessage: attack);
                }
                else heard.ShouldNotContain("SERROR", customMessage: attack);
            }
        }

        (await rig.AskBehindAsync<long>("select count(*) from notes")).ShouldBe(1);
    }

    [Theory]
    [InlineData("do language plpgsql $$ begin raise notice 'hello'; end $$", true)]
    [InlineData("do $$ begin raise notice 'hello'; end $$ language 'plpgsql'", true)]
    [InlineData("do 'begin raise notice ''hello''; end'", true)]
    [InlineData("do language \"PLPGSQL\" $$ begin raise notice 'hello'; end $$", false)]
    [InlineData("do language sql $$ select 1 $$", false)]
    [InlineData("create table w (x int); do $$ begin raise notice 'hello'; end $$", false)]
    [InlineData("alter language plpgsql rename to pg", false)]
    public async Task The_language_is_plpgsql_and_the_names_are_known(string sql, bool runs)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        (await RunAsync(client, sql)).ShouldContain(runs ? "hello" : "42501");
    }

    /// <summary>It is judged as it runs: a view that is named may have become another since it was parsed.</summary>
    [Fact]
    public async Task A_prepared_block_is_judged_each_time()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output => Parse.Write(output, "s", "do $$ begin raise notice 'now %', (select max(x) from listed); end $$"));
        (await AgainAsync(client)).ShouldContain("now one");
        (await RunAsync(client, "create or replace view listed as select id, ssn as x from customers")).ShouldContain("CCREATE VIEW");
        (await AgainAsync(client)).ShouldContain("42501");
        (await RunAsync(client, "begin; create or replace view listed as select id, x from notes")).ShouldContain("CCREATE VIEW");
        (await AgainAsync(client)).ShouldContain("now one");
        (await RunAsync(client, "rollback")).ShouldContain("CROLLBACK");
        (await AgainAsync(client)).ShouldContain("42501");
    }

    private static async Task<string> AgainAsync(WirePeer client)
    {
        await client.SendAsync(output =>
        {
            output.WriteMessage(FrontendType.Bind, [0, (byte)'s', 0, 0, 0, 0, 0, 0, 0]);
            Execute.Write(output, "");
            PostgresWriter.WriteEmpty(output, FrontendType.Sync);
        });
        return await HearAsync(client);
    }

    /// <summary>What somebody put into the schemas of the system is looked at like anything else.</summary>
    [Theory]
    [InlineData("select x from information_schema.peek where x like '%7'")]
    [InlineData("select pg_catalog.leaked(7)")]
    [InlineData("select leaked(7)")]
    [InlineData("select row_to_json(p) from information_schema.peek p")]
    public async Task What_stands_among_the_systems_own_is_masked(string sql)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        var heard = await RunAsync(client, sql);
        heard.ShouldContain("***");
        heard.ShouldNotContain("900-45");
    }

    /// <summary>A trigger that nobody knows of yet speaks through the block's statement, and says who it is.</summary>
    [Fact]
    public async Task What_other_code_says_within_a_block_is_hidden()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        await RunAsync(client, "select from notes");
        await rig.BehindAsync("create trigger tell before insert on notes for each row execute function tells()");
        var heard = await RunAsync(client, "do $$ begin raise notice 'before'; insert into notes values (9, 'x'); end $$");
        heard.ShouldContain("before");
        heard.ShouldContain("***");
        heard.ShouldNotContain("900-45");
    }

    [Fact]
    public async Task A_temporary_table_is_still_known_after_a_block_that_was_followed()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        await RunAsync(client, "create temp table t as select 'mine' as x");
        await RunAsync(client, "do $$ begin insert into t select x from notes; end $$");
        (await RunAsync(client, "select x from t")).ShouldContain("mine");
        (await RunAsync(client, "select x from t")).ShouldContain("one");
    }

    [Fact]
    public async Task What_cascade_drops_and_empties_is_listed()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        (await RunAsync(client, "create table a (id int primary key); create table b (id int references a); create view va as select id from a; create view wa as select id from a")).ShouldNotContain("SERROR");
        (await RunAsync(client, "truncate a cascade")).ShouldContain("Mtruncate cascades to table \"b\"");
        var heard = await RunAsync(client, "drop table a cascade");
        heard.ShouldContain("Mdrop cascades to 3 other objects");
        heard.ShouldContain("drop cascades to view va\ndrop cascades to view wa");
    }

    private const string Waiting = "do $$ begin perform from orders; insert into notes select 2, x from listed where id = 1; raise notice 'now %', (select max(x) from listed); end $$";

    private const string Reveal = "create or replace view listed as select id, ssn as x from customers";

    [Fact]
    public async Task What_its_names_stand_for_stays_as_it_was_judged()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script, namesTimeout: TimeSpan.FromMilliseconds(100));
        await using var first = await rig.Gateway.ConnectAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        await RunAsync(second, "select from notes");
        await using var locker = await rig.LockAsync("orders");
        await second.SendAsync(output => output.WriteStringMessage(FrontendType.Query, Waiting));
        await rig.UntilSomebodyWaitsAsync();
        (await RunAsync(first, Reveal)).ShouldContain("55006");
        await locker.CloseAsync();
        (await HearAsync(second)).ShouldContain("CDO");
        (await rig.AskBehindAsync<string>("select x from notes where id = 2")).ShouldBe("one");
        (await RunAsync(first, Reveal)).ShouldContain("CCREATE VIEW");
    }

    /// <summary>Who is under no mask may change them: what the block says then is hidden, as the rows of a query would be.</summary>
    [Fact]
    public async Task What_it_says_by_names_that_moved_is_hidden()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var first = await rig.ConnectUnmaskedAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        await RunAsync(second, "select from notes");
        await using var locker = await rig.LockAsync("orders");
        await second.SendAsync(output => output.WriteStringMessage(FrontendType.Query, Waiting));
        await rig.UntilSomebodyWaitsAsync();
        (await RunAsync(first, Reveal)).ShouldContain("CCREATE VIEW");
        await locker.CloseAsync();
        (await HearAsync(second)).ShouldContain("***");
    }

    private static async Task<string> RunAsync(WirePeer client, string sql)
    {
        await client.QueryAsync(sql);
        return await HearAsync(client);
    }

    private static async Task<string> ExecuteAsync(WirePeer client, string sql)
    {
        await client.SendAsync(output =>
        {
            Parse.Write(output, "", sql);
            output.WriteMessage(FrontendType.Bind, [0, 0, 0, 0, 0, 0, 0, 0]);
            Execute.Write(output, "");
            PostgresWriter.WriteEmpty(output, FrontendType.Sync);
        });
        return await HearAsync(client);
    }

    private static async Task<string> HearAsync(WirePeer client)
    {
        var heard = new StringBuilder();
        while (await client.ReadAsync() is { } message)
        {
            heard.Append(message.Type).Append(Encoding.UTF8.GetString(message.Body)).Append('\n');
            if (message.Type == 'Z') break;
        }

        return heard.ToString();
    }
}
