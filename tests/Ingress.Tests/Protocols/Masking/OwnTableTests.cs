using Hoop.Ingress.Tests.Protocols.Postgres;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>What somebody under a column mask does with tables of the session's own: they hold nothing masked, and are tables like others.</summary>
public sealed class OwnTableTests
{
    private const string Mask = "{ name: ssn, targets: [shop], columns: [public.customers.ssn], with: redact, except: [dba] }";

    private const string Rules = RealGateRig.Everything + $"\n\nmasks:\n  - {Mask}\n";

    /// <summary>Each in a session of its own, with a row of the last answer.</summary>
    private static readonly Dictionary<string, string> Uses = new()
    {
        ["create temp table t as select total, count(*) as n from orders group by total;; select * from t order by total desc limit 1"] = "D:500|1",
        ["create temp table t as select id, name from customers;; select upper(name) || '!', id + 1 from t where id > 49 and name like 'name%'"] = "D:NAME 50!|51",
        ["select id, total into temp t from orders;; select sum(total), max(id) from t group by id % 2 having count(*) > 1 order by 1"] = "D:6250|49",
        ["create temp table t (id serial primary key, city text not null default 'x', at timestamptz default now(), n int check (n > 0));; insert into t (n) values (1), (2);; select id, city, n from t order by n desc"] = "D:2|x|2",
        ["create temp table t (k int primary key, v text);; insert into t values (1, 'a');; insert into t values (1, 'b') on conflict (k) do update set v = t.v || excluded.v returning *"] = "D:1|ab",
        ["create temp table t (like orders);; insert into t select * from orders where id < 4;; create index on t (total);; create unique index on t (id);; analyze t;; select * from t where total between 15 and 25"] = "D:2|2|20",
        ["create temp table t as select * from orders;; update t set total = total * 2 where id = 7;; delete from t where id > 7;; select total from pg_temp.t order by id desc limit 1"] = "D:140",
        ["create temp table t as select id, customer from orders;; select c.name, t.id from t join customers c on c.id = t.customer where t.id in (7, 8) order by t.id desc limit 1"] = "D:name 8|8",
        ["create temp table a as select 1 as x;; create temp table b as select x + 1 as x from a;; alter table b add column y int default 5;; alter table b rename column x to z;; select z, y from b order by z"] = "D:2|5",
        ["create temp table t as select id, total from orders;; begin;; declare c cursor for select id, total from t order by total desc;; fetch 2 from c"] = "D:49|490",
        ["create temp table t as select id, total from orders;; prepare p(int) as select total from t where id > $1 order by id;; execute p(49)"] = "D:500",
        ["create temp table t as select id, total from orders;; create temp table u as select t.id, rank() over (order by t.total desc) as r from t;; with x as (select * from u where r <= 2) select * from x order by r desc"] = "D:49|2",
        ["begin;; create temp table t on commit drop as select id from orders;; select id from t order by id desc limit 1"] = "D:50",
        ["begin;; create temp table t as select 1 as x;; savepoint s;; drop table t;; rollback to s;; select x + 1 from t"] = "D:2",
        ["create temp table t (a int primary key);; create temp table u (a int references t on delete cascade);; insert into t values (1);; insert into u values (1);; select u.a + t.a from t join u using (a)"] = "D:2",
        ["create temp table t (id int generated always as identity, w numeric, h numeric, area numeric generated always as (w * h) stored);; insert into t (w, h) values (2, 3);; select area from t order by area"] = "D:6",
        ["set search_path = public;; create temp table orders as select 1 as x;; select x from orders order by x"] = "D:1",
        ["create temp table t as select null::text as x;; select x is null, coalesce(x, 'none') from t"] = "D:t|none",
        ["create temp table t as select id, ssn = '900-45-0007' as hit from orders left join (select '1' as ssn) s on true;; select count(*) from t where hit"] = "D:0",
        ["create temp view v as select id, name, left(ssn, 1) as c from customers;; select id + 1, name, c from v where name like 'name 5%' order by id desc limit 1"] = "D:51|name 50|***",
        ["create temp table t as select id, total from orders;; create temp view v as select id, total * 2 as double from t;; create temp view w as select max(double) as most from v;; select most + 1 from w order by most"] = "D:1001",
        ["create temp view orders as select id as x from public.orders;; select x from orders order by x desc limit 1"] = "D:50",
        ["select set_config('app.tenant', 'A', false);; create temp table t as select current_setting('app.tenant') as x;; set app.tenant = 'B';; reset app.tenant;; select x || '!' from t"] = "D:A!",
        ["explain (costs off) select 1;; create temp table t as select 1 as x;; explain (costs off) select x from t order by x"] = "D:  Sort Key: x",
    };

    public static TheoryData<string> Ways => [.. Uses.Keys];

    [Theory, MemberData(nameof(Ways))]
    public async Task They_are_tables_like_others(string script)
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        List<string> seen = [];
        foreach (var sql in script.Split(";;", StringSplitOptions.TrimEntries))
        {
            await client.QueryAsync(sql);
            seen = await client.ReadUntilAsync('Z');
            seen.ShouldNotContain(message => message.StartsWith("E:", StringComparison.Ordinal), sql);
        }

        seen.ShouldContain(Uses[script]);
    }

    [Fact]
    public async Task A_driver_fills_and_reads_them()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var connection = new NpgsqlConnection(rig.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using (var create = new NpgsqlCommand("create temp table t (id int, at date, price numeric, tags text[], doc jsonb)", connection)) await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using (var writer = await connection.BeginBinaryImportAsync("copy t (id, price) from stdin (format binary)", TestContext.Current.CancellationToken))
        {
            for (var i = 0; i < 10; i++) await writer.WriteRowAsync(TestContext.Current.CancellationToken, i, i * 1.5m);
            await writer.CompleteAsync(TestContext.Current.CancellationToken);
        }

        await using (var fill = new NpgsqlCommand("update t set at = $1, tags = $2, doc = '{\"a\": 1}' where id = $3", connection) { Parameters = { new() { Value = new DateOnly(2024, 2, 29) }, new() { Value = new[] { "x", "y" } }, new() { Value = 9 } } })
            await fill.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        // Prepared: by binary, twice.
        await using var read = new NpgsqlCommand("select id, at, price, tags, doc ->> 'a' from t where price > $1 order by price desc", connection) { Parameters = { new() { Value = 12m } } };
        await read.PrepareAsync(TestContext.Current.CancellationToken);
        for (var again = 0; again < 2; again++)
        {
            await using var reader = await read.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            (await reader.ReadAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
            reader.GetInt32(0).ShouldBe(9);
            reader.GetFieldValue<DateOnly>(1).ShouldBe(new DateOnly(2024, 2, 29));
            reader.GetDecimal(2).ShouldBe(13.5m);
            reader.GetFieldValue<string[]>(3).ShouldBe(["x", "y"]);
            reader.GetString(4).ShouldBe("1");
        }

        using var export = await connection.BeginTextExportAsync("copy t (id, price) to stdout", TestContext.Current.CancellationToken);
        (await export.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("0\t0.0");
    }

    [Fact]
    public async Task A_pipeline_makes_and_reads_one()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output =>
        {
            foreach (var sql in (string[])["create temp table t (id int, note text)", "insert into t select id, name from customers where id < 9", "select note from t order by id desc limit 1"])
            {
                Parse.Write(output, "", sql);
                Bind.WriteText(output, "", "", []);
                Execute.Write(output, "");
            }

            PostgresWriter.WriteEmpty(output, FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldContain("D:name 8");
    }

    /// <summary>What was copied while it was not masked may be now.</summary>
    [Fact]
    public async Task New_masks_leave_them_in_the_dark_and_a_new_policy_with_the_same_masks_does_not()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("create temp table t as select id, name from customers where id = 7");
        await client.ReadUntilAsync('Z');
        rig.Activate($"  - {{ name: renamed, roles: [agent], targets: [shop], allow: {{ verbs: [\"*\"], objects: [\"*\"], effects: [\"*\"] }} }}\n\nmasks:\n  - {Mask}\n", 2);
        (await AskAsync("select name from t order by name")).ShouldContain("D:name 7");
        rig.Activate(Rules + "  - { name: names, targets: [shop], columns: [public.customers.name], with: redact, except: [dba] }\n", 3);
        (await AskAsync("select name || '' from t")).ShouldContain("D:***");
        (await AskAsync("select name from t order by name")).ShouldContain("E:42501");
        // Nor when they are as before: something may have been copied under the others.
        rig.Activate(Rules, 4);
        (await AskAsync("select name from t")).ShouldContain("D:***");

        async Task<List<string>> AskAsync(string sql)
        {
            await client.QueryAsync(sql);
            return await client.ReadUntilAsync('Z');
        }
    }

    /// <summary>A session that began without masks may hold anything.</summary>
    [Fact]
    public async Task What_was_made_before_there_were_masks_stays_in_the_dark()
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything);
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var sql in (string[])["create temp table t as select ssn as x from customers where id = 7", "select x from t"])
        {
            await client.QueryAsync(sql);
            (await client.ReadUntilAsync('Z')).ShouldNotContain(message => message.StartsWith("E:", StringComparison.Ordinal));
        }

        rig.Activate(Rules, 2);
        foreach (var sql in (string[])["select x from t", "select x || '' from t", "create temp table u as select 1 as x", "select x::text from u"])
        {
            await client.QueryAsync(sql);
            (await client.ReadUntilAsync('Z')).ShouldNotContain(message => message.StartsWith("D:900", StringComparison.Ordinal) || message == "D:1");
        }
    }

    /// <summary>A mask's pattern means the session's tables as it means others.</summary>
    [Fact]
    public async Task A_pattern_masks_their_columns()
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything + """

            masks:
              - { name: ssn, targets: [shop], columns: ["*.*.ssn"], with: redact, except: [dba] }
            """);
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var (sql, answer) in ((string, string)[])
        [
            ("create temp table t (id int, ssn text)", "C:CREATE TABLE"), ("insert into t values (1, 'a')", "C:INSERT 0 1"), ("select id, ssn from t order by id", "D:1|***"), ("select ssn || '' from t", "D:***"),
            ("select id from t order by ssn", "E:42501"), ("alter table t rename column ssn to x", "E:42501"), ("create temp table u as select ssn as x from t", "E:42501"), ("create temp table u as select id as x from t", "C:SELECT 1"),
        ])
        {
            await client.QueryAsync(sql);
            (await client.ReadUntilAsync('Z')).ShouldContain(answer, sql);
        }
    }
}
