using System.Text;
using Hoop.Ingress.Tests.Protocols.Postgres;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing.Wire;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>
/// Ways to a masked column's values that an expert would try, under a policy that lets everything pass: what is left in the way is the mask.
/// Each attack is several statements in one transaction that is rolled back.
/// </summary>
public sealed class AttackTests
{
    private const string Rules = RealGateRig.Everything + """

        masks:
          - { name: ssn, targets: [shop], columns: [public.customers.ssn, public.customers.born], with: { partial: { keepLast: 4 } }, except: [dba] }
        """;

    /// <summary>All stored values begin with it: plain, reversed, in hex and in base64.</summary>
    private static readonly string[] Traces = ["900-45", "54-009", "3930302d3435", "OTAwLTQ1", "9004500"];

    private static readonly Encoding Bytes = Encoding.Latin1;

    [Fact]
    public async Task No_way_of_reading_shows_a_value()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var sql in Attacks.Reads)
        {
            await client.QueryAsync("begin");
            await ShouldNotTellAsync(client, sql);
            await client.QueryAsync(sql);
            await ShouldNotTellAsync(client, sql);
            await ExecuteAsync(client, sql);
            await ShouldNotTellAsync(client, $"{sql} (extended, binary)");
            await client.QueryAsync("rollback");
            await ShouldNotTellAsync(client, sql);
        }
    }

    /// <summary>The statement marked with <c>!</c> is the one that is refused; what comes after it must not tell anything either.</summary>
    [Fact]
    public async Task What_would_move_or_search_values_is_refused()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var attack in Attacks.Scripts)
        {
            await client.QueryAsync("begin");
            await ShouldNotTellAsync(client, attack);
            foreach (var statement in attack.Split(";;", StringSplitOptions.TrimEntries))
            {
                await client.QueryAsync(statement.TrimStart('!'));
                var seen = await ShouldNotTellAsync(client, statement);
                if (statement.StartsWith('!')) seen.ShouldContain("E:42501", customMessage: statement);
                else if (attack.Contains('!')) seen.ShouldNotContain(m => m.StartsWith("E:", StringComparison.Ordinal), statement);
                if (statement.StartsWith('!')) break;
            }

            await client.QueryAsync("rollback");
            await ShouldNotTellAsync(client, attack);
        }
    }

    /// <summary>A mask's pattern covers a temporary table of guesses, too, and yet makes it no masked column to compare with.</summary>
    [Theory]
    [InlineData("select count(*) from customers join guesses using (ssn)")]
    [InlineData("select count(*) from customers where ssn in (select ssn from guesses)")]
    [InlineData("select count(*) from customers c, pg_temp.guesses g where g.ssn = c.ssn")]
    [InlineData("select id from customers c where exists (select from guesses g where c.ssn = g.ssn)")]
    [InlineData("select count(*) from customers natural join (select ssn from seen) g")]
    [InlineData("insert into customers (id, ssn) select id + 100, ssn from guesses on conflict (ssn) do nothing")]
    [InlineData("merge into customers c using guesses g on c.ssn = g.ssn when matched then update set name = 'hit'")]
    public async Task A_table_of_guesses_under_the_masks_pattern_tells_nothing(string sql)
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything + """

            masks:
              - { name: ssn, targets: [shop], columns: ["*.*.ssn"], with: redact, except: [dba] }
            """, RealGateRig.Script + "alter table customers add unique (ssn);");
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var made in (string[])["create temp table guesses (id int, ssn text)", "insert into guesses select i, i::text from generate_series(1, 9) i", "create temp view seen as select ssn from guesses"])
        {
            await client.QueryAsync(made);
            (await client.ReadUntilAsync('Z')).ShouldNotContain(message => message.StartsWith('E'), made);
        }

        await client.QueryAsync(sql);
        (await client.ReadUntilAsync('Z')).ShouldContain("E:42501");
        await client.QueryAsync("select count(*) from customers c join customers d using (ssn)");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:50");
    }

    /// <summary>What a cursor keeps is as large as its values are.</summary>
    [Theory]
    [InlineData("select used_bytes, total_bytes from pg_backend_memory_contexts where name = 'PortalHoldContext'", "D:0|0")]
    [InlineData("select temp_files, temp_bytes from pg_stat_database where datname = current_database()", "D:0|0")]
    [InlineData("select pg_tablespace_size('pg_default'), pg_stat_get_db_temp_bytes(1)", "D:0|0")]
    [InlineData("select numbackends > 0, datname is null from pg_stat_database where datname = current_database()", "D:t|f")]
    public async Task Nobody_sees_how_much_room_values_take(string sql, string row)
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var statement in (string[])["set client_min_messages = log", "set log_temp_files = 0", "set work_mem = '64kB'", "begin", "declare c cursor with hold for select nullif(left(ssn, 1), '9') from customers, generate_series(1, 10000) where id = 7", "commit"])
        {
            await client.QueryAsync(statement);
            (await client.ReadUntilAsync('Z')).ShouldAllBe(message => message.StartsWith('C') || message.StartsWith('Z'));
        }

        await client.QueryAsync(sql);
        (await client.ReadUntilAsync('Z')).ShouldContain(row);
    }

    /// <summary>Whether there is a value is no secret of it, and beside a table's key it makes no more groups.</summary>
    [Theory]
    [InlineData("select ssn is null, ssn is not null, case when ssn is null then 'no' else 'yes' end from customers where id = 7", "D:f|t|yes")]
    [InlineData("select count(*) filter (where ssn is not null), sum(case when ssn is null then 1 else 0 end), count(*) filter (where ssn = '1') from customers", "D:50|0|0")]
    [InlineData("select ssn is null as missing, count(*) from customers group by 1", "D:f|50")]
    [InlineData("select c.id, c.ssn, count(*) from customers c join orders o on o.id = c.id where c.id = 1 group by c.id, c.name, c.ssn", "D:1|***-**-0001|1")]
    [InlineData("select id from customers where lower(ssn) = lower('900-45-0007') and upper(ssn::text) = upper('900-45-0007')", "D:7")]
    [InlineData("select o from orders o where id = 1", "D:(1,1,10)")]
    [InlineData("select orders, array_agg(orders) over () from orders where id = 1", "D:(1,1,10)|{\"(1,1,10)\"}")]
    [InlineData("select c from customers c where id = 1", "D:null")]
    public async Task What_tells_nothing_of_a_value_is_shown(string sql, string row)
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync(sql);
        (await client.ReadUntilAsync('Z')).ShouldContain(row);
    }

    /// <summary>The server puts groups in the order of what it sorts them by, or of its hashes: beside a table's key it leaves other columns out.</summary>
    [Theory]
    [InlineData("select c.ssn, c.id from customers c group by c.ssn, c.id")]
    [InlineData("select c.ssn, c.id, count(*) from orders o full join customers c on c.id = o.id group by 1, 2")]
    [InlineData("select c.ssn, c.name, c.id from customers c, lateral (select id from orders where id = c.id) o group by c.name, c.ssn, c.id having count(*) > 0")]
    public async Task The_server_groups_by_a_tables_key_alone(string sql)
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var how in (string[])["on", "off"])
        {
            await client.QueryAsync($"set enable_hashagg = {how}; explain (costs off) {sql}");
            var plan = await client.ReadUntilAsync('Z');
            plan.ShouldContain(static line => line.Contains("Group Key:"));
            plan.ShouldNotContain(static line => line.Contains("Key:") && line.Contains("ssn"));
        }
    }

    /// <summary>Equal values have equal hashes: the hashes of guesses would say which of them is right.</summary>
    [Theory]
    [InlineData("select '900-45-0007' union all (select ssn from customers where id = 7)")]
    [InlineData("values ('900-45-0007'), ((select ssn from customers where id = 7))")]
    [InlineData("select x from (values (1, '900-45-0007')) v(i, x) union all (select ssn from customers where id = 7)")]
    [InlineData("select name from guesses union all (select ssn from customers where id = 7)")]
    [InlineData("select ssn from guesses")]
    [InlineData("select ssn from mine")]
    [InlineData("select ssn from seen")]
    [InlineData("with recursive r(n, x) as (select 1, '900-45-0007' union all select n + 1, ssn from r join customers on id = 7 where n < 2) select x from r")]
    public async Task Nobody_has_his_guesses_hashed(string sql)
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything + """

            masks:
              - { name: ssn, targets: [shop], columns: [public.customers.ssn, "pg_temp.*.ssn"], with: hash, except: [dba] }
            """, RealGateRig.Script + "create table others (ssn text); insert into others values ('900-45-0007');");
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var made in (string[])["create temp table guesses (ssn text, name text)", "insert into guesses values ('900-45-0007', '900-45-0007')", "create temp view mine as select '900-45-0007'::text as ssn", "create temp view seen as select name as ssn from guesses"])
        {
            await client.QueryAsync(made);
            (await client.ReadUntilAsync('Z')).ShouldNotContain(message => message.StartsWith('E'), made);
        }

        await client.QueryAsync("select ssn from customers where id = 7 union all select ssn from customers where id = 7");
        var hash = (await client.ReadUntilAsync('Z')).First(message => message.StartsWith("D:", StringComparison.Ordinal));
        hash.Length.ShouldBe("D:0123456789abcdef".Length);
        await client.QueryAsync(sql);
        var rows = (await client.ReadUntilAsync('Z')).Where(message => message.StartsWith("D:", StringComparison.Ordinal)).ToList();
        rows.ShouldNotBeEmpty();
        rows.ShouldAllBe(row => row == "D:***");
        await client.QueryAsync("select ssn from customers where id = 7");
        (await client.ReadUntilAsync('Z')).ShouldContain(hash);
    }

    /// <summary>Arrays of other dimensions make no array together: the server fails, and so tells how many values a hidden one has.</summary>
    [Theory]
    [InlineData("select array_agg(tags) from tagged where id in (0, 7)", true)]
    [InlineData("select array_agg(t) from (select tags from tagged where id = 7 union all select array['x']) s(t)", true)]
    [InlineData("select array(select tags from tagged where id in (0, 7))", true)]
    [InlineData("select array[tags, array['x']] from tagged where id = 7", true)]
    [InlineData("select array[array['x', 'y']] || tags from tagged where id = 7", true)]
    [InlineData("select (select array_agg(x) from (values (array['x']), (s.tags)) v(x)) from shown s where id = 7", true)]
    [InlineData("select array_agg(id), array_agg(note), array(select note from tagged), json_agg(tags) from tagged", false)]
    [InlineData("select array[note, note], note || note, array_to_string(tags, ','), tags from tagged", false)]
    public async Task A_hidden_array_does_not_tell_its_dimensions(string sql, bool refused)
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything + """

            masks:
              - { name: hidden, targets: [shop], columns: ["public.tagged.tags", "public.tagged.note"], with: redact, except: [dba] }
            """, "create table tagged (id int, note text, tags text[]); insert into tagged values (0, 'a', '{a}'), (7, 'b', '{a,b}'); create view shown as select id, tags from tagged;");
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync(sql);
        (await client.ReadUntilAsync('Z')).ShouldContain(message => refused ? message == "E:42501" : message.StartsWith('D'));
    }

    [Fact]
    public async Task What_only_looks_like_an_attack_passes()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var (sql, row) in Attacks.Harmless)
        {
            await client.QueryAsync(sql);
            (await ShouldNotTellAsync(client, sql)).ShouldContain(row, customMessage: sql);
        }
    }

    /// <summary>A view is changed and read in one breath: the second statement is parsed before the first has run.</summary>
    [Fact]
    public async Task A_pipeline_that_changes_a_view_and_reads_it_shows_nothing()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output =>
        {
            foreach (var sql in new[] { "create or replace view customer_list as select id, ssn as name, name as number from customers", "select name from customer_list where id = 7" })
            {
                Parse.Write(output, "", sql);
                Bind.WriteText(output, "", "", []);
                Execute.Write(output, "");
            }

            PostgresWriter.WriteEmpty(output, FrontendType.Sync);
        });
        (await ShouldNotTellAsync(client, "pipeline")).ShouldContain("C:CREATE VIEW");
    }

    /// <summary>Parse, Bind with every result in binary, Execute.</summary>
    private static Task ExecuteAsync(WirePeer client, string sql) => client.SendAsync(output =>
    {
        Parse.Write(output, "", sql);
        output.WriteMessage(FrontendType.Bind, [0, 0, 0, 0, 0, 0, 0, 1, 0, 1]);
        Execute.Write(output, "");
        PostgresWriter.WriteEmpty(output, FrontendType.Sync);
    });

    private static async Task<List<string>> ShouldNotTellAsync(WirePeer client, string what)
    {
        List<string> seen = [];
        while (await client.ReadAsync() is { } message)
        {
            var text = Bytes.GetString(message.Body);
            foreach (var trace in Traces) text.ShouldNotContain(trace, Case.Insensitive, what);
            seen.Add(message.Short);
            if (message.Type == 'Z') break;
        }

        return seen;
    }
}
