using System.Globalization;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Identity;
using Hoop.Ingress.Tests.Protocols.Postgres;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Recordings;

public sealed class RecordedResultsTests
{
    private const string Rules = """
          - { name: read, roles: [agent, dba], targets: [shop], allow: { verbs: ["*"], objects: ["*"], effects: ["*"], record: { rows: 20 } } }
        masks:
          - { name: ssn, targets: [shop], columns: [public.customers.ssn], with: { partial: { keepLast: 4 } }, except: [dba] }
          - { name: found, targets: [shop], detect: [email], with: redact, except: [dba] }
        """;

    private static readonly string Unmasked = Rules[..Rules.IndexOf("masks:", StringComparison.Ordinal)];

    private static readonly Principal Bea = new("https://id", "bea", "bea", "human", ["dba"], []);

    [Fact]
    public async Task The_first_rows_are_recorded_as_the_client_saw_them_and_the_rest_passes()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        var seen = await RunAsync(rig, "select id, name, ssn, null as nothing from customers order by id");

        seen.Count(m => m.StartsWith("D:", StringComparison.Ordinal)).ShouldBe(50);
        var rows = rig.Gate.Journal.Rows();
        rows.Count.ShouldBe(20);
        rows.Select(row => "D:" + string.Join('|', row.Select(value => value ?? "null"))).ShouldBe(seen.Where(m => m.StartsWith("D:", StringComparison.Ordinal)).Take(20));
        var result = rig.Gate.Journal.Of(EventKinds.ResultRecorded).ShouldHaveSingleItem();
        result.GetProperty("columns").EnumerateArray().Select(c => $"{c.GetProperty("name")} {c.GetProperty("type")}").ShouldBe(["id integer", "name text", "ssn text", "nothing text"]);
        var completed = rig.Gate.Journal.Of(EventKinds.OperationCompleted).First();
        completed.GetProperty("rows").GetInt64().ShouldBe(50);
        completed.GetProperty("columns").EnumerateArray().Select(c => c.GetString()).ShouldBe(["id", "name", "ssn", "nothing"]);
    }

    [Fact]
    public async Task Rows_of_a_cursor_are_recorded_by_the_rule_that_it_was_declared_under()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        var seen = await RunAsync(rig, "begin", "declare c cursor for select id, ssn from customers order by id", "fetch 3 from c", "commit");

        var rows = rig.Gate.Journal.Rows(operation: 3);
        rows.Count.ShouldBe(3);
        rows.Select(row => "D:" + string.Join('|', row)).ShouldBe(seen.Where(m => m.StartsWith("D:", StringComparison.Ordinal)));
        rig.Gate.Journal.Everything().ShouldNotContain("900-45");
    }

    [Theory]
    [InlineData("select ssn from customers where id <= 3")]
    [InlineData("copy (select ssn from customers where id <= 3) to stdout")]
    [InlineData("copy (select ssn from customers where id <= 3) to stdout (format binary)")]
    [InlineData("select ssn || ' a@example.com' from customers where id <= 3")]
    [InlineData("select * from customers where ssn = '900-45-0001'")]
    [InlineData("update customers set ssn = '900-45-7777' where id = 1 returning ssn")]
    [InlineData("insert into customers values (1, 'x', '900-45-7777', null)")]
    [InlineData("select ssn::int from customers where id <= 3")]
    [InlineData("do $$ begin raise notice '900-45-7777 a@example.com'; raise exception '900-45-0001'; end $$")]
    public async Task What_somebody_may_see_unmasked_is_masked_in_the_record_all_the_same(string sql)
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        rig.Principal = Bea;
        await RunAsync(rig, sql);

        rig.Gate.Journal.Everything().ShouldNotContain("900-45");
        rig.Gate.Journal.Everything().ShouldNotContain("a@example.com");
        rig.Gate.Journal.Of(EventKinds.SessionEnded).ShouldHaveSingleItem();
    }

    /// <summary>Masks that a role is excepted from mask its records all the same: what it kept in a table of its own, too.</summary>
    [Theory]
    [InlineData("create temp table t as select ssn as x from customers where id = 7;; select x || '' from t;; copy t to stdout;; begin;; declare c cursor for select x from t;; fetch 1 from c")]
    [InlineData("create temp view t as select ssn as x from customers where id = 7;; create temp table u as select x as y from t;; select y from u")]
    public async Task What_somebody_keeps_unmasked_in_a_table_of_his_own_is_masked_in_the_record(string script)
    {
        await using var rig = await RealGateRig.StartAsync(Rules + "\n  - { name: born, targets: [shop], columns: [public.customers.born], with: redact }");
        rig.Principal = Bea;
        (await RunAsync(rig, [.. script.Split(";;", StringSplitOptions.TrimEntries)])).ShouldContain("D:900-45-0007");

        rig.Gate.Journal.Everything().ShouldNotContain("900-45");
    }

    [Theory]
    [InlineData("select id, pgp_sym_decrypt(sealed, 'key') from vault")]
    [InlineData("select v.*, upper(pgp_sym_decrypt(sealed, 'key')) from vault v")]
    [InlineData("select * from opened")]
    [InlineData("select * from vault v, lateral pgp_sym_decrypt(v.sealed, 'key')")]
    [InlineData("with o as (select \"Vault_DECRYPTED\"(sealed) from vault) select * from o")]
    [InlineData("copy (select pgp_sym_decrypt(sealed, 'key') from vault) to stdout")]
    [InlineData("prepare p as select * from opened; execute p")]
    [InlineData("begin; declare c cursor for select * from opened; fetch all from c; commit")]
    [InlineData("select 'plain'; select * from opened")]
    [InlineData("select own_secret()")]
    [InlineData("begin;; declare c cursor for select * from opened;; fetch all from c;; commit")]
    [InlineData("prepare p as select * from opened;; execute p")]
    public async Task What_a_function_decrypted_is_in_no_record(string sql)
    {
        const string Read = """
              - { name: none, roles: ["*"], targets: ["*"], block: { objects: [public.nothing] } }
            """;
        await using var rig = await RealGateRig.StartAsync(Unmasked + Read, RealGateRig.Script + """
            create function pgp_sym_decrypt(bytea, text) returns text language sql immutable as $$ select convert_from($1, 'utf8') $$;
            create function "Vault_DECRYPTED"(bytea) returns text language sql immutable as $$ select convert_from($1, 'utf8') $$;
            create table vault(id int, sealed bytea);
            insert into vault values (1, convert_to('CANARY', 'utf8'));
            create view opened as select id, pgp_sym_decrypt(sealed, 'key') as word from vault;
            create function own_secret() returns text language plpgsql stable as $$ begin return (select pgp_sym_decrypt(sealed, 'key') from vault); end $$;
            """);
        var seen = await RunAsync(rig, sql.Split(";;"));

        seen.ShouldNotContain(message => message.StartsWith('E'));
        rig.Gate.Journal.Everything().ShouldNotContain("CANARY", Case.Insensitive);
        rig.Gate.Journal.Everything().ShouldNotContain("43414e415259", Case.Insensitive);
    }

    [Fact]
    public async Task The_record_says_that_decrypted_rows_are_missing()
    {
        await using var rig = await RealGateRig.StartAsync(Unmasked, RealGateRig.Script + "create function pgp_sym_decrypt(text, text) returns text language sql immutable as 'select $1';");
        var seen = await RunAsync(rig, "select pgp_sym_decrypt('CANARY', 'key')");

        seen.ShouldContain("D:CANARY");
        rig.Gate.Journal.Rows().ShouldBeEmpty();
        rig.Gate.Journal.Of(EventKinds.ResultRecorded).ShouldHaveSingleItem().GetProperty("cut").GetString().ShouldBe("the rows may hold what was decrypted");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Prepared_statements_in_binary_are_recorded_as_text(bool prepare)
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using (var connection = new NpgsqlConnection(rig.ConnectionString))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("select id, born, ssn, 1.5::numeric from customers where id = $1", connection) { Parameters = { new() { Value = 7 } } };
            if (prepare) await command.PrepareAsync();
            await using var reader = await command.ExecuteReaderAsync();
            (await reader.ReadAsync()).ShouldBeTrue();
        }

        await EndedAsync(rig);
        var operation = rig.Gate.Journal.Of(EventKinds.OperationDecided).Single(d => d.GetProperty("text").GetString()!.Contains("born", StringComparison.Ordinal)).GetProperty("operation").GetInt64();
        var row = rig.Gate.Journal.Rows(operation).ShouldHaveSingleItem();
        (row[0], row[1], row[3]).ShouldBe(("7", "1990-01-01", "1.5"));
        row[2].ShouldNotBeNull().ShouldEndWith("0007");
    }

    [Fact]
    public async Task All_rows_come_in_chunks_and_the_sessions_end_is_its_last_event()
    {
        await using var rig = await RealGateRig.StartAsync(Unmasked.Replace("rows: 20", "rows: all", StringComparison.Ordinal));
        await RunAsync(rig, "select (id - 1) * 100 + i, repeat('x', 100) from customers, generate_series(1, 100) i order by 1");

        var rows = rig.Gate.Journal.Rows();
        rows.Select(row => int.Parse(row[0]!, CultureInfo.InvariantCulture)).SequenceEqual(Enumerable.Range(1, 5000)).ShouldBeTrue();
        var session = rig.Gate.Journal.Events.Where(e => !e.SessionId.StartsWith("content-", StringComparison.Ordinal)).ToList();
        session[^1].Kind.ShouldBe(EventKinds.SessionEnded);
        session.Select(e => e.Sequence).ShouldBe(Enumerable.Range(0, session.Count).Select(i => (long)i));
        rig.Gate.Journal.Of(EventKinds.ResultRecorded).Select(r => r.GetProperty("chunk").GetInt32()).ShouldBe(Enumerable.Range(0, 9));
    }

    [Fact]
    public async Task A_row_that_is_too_long_for_the_record_passes_and_the_record_says_so()
    {
        await using var rig = await RealGateRig.StartAsync(Unmasked);
        var seen = await RunAsync(rig, "select id, repeat('x', case id when 1 then 5 else 3000000 end) from customers where id < 3 order by id");

        seen.Count(m => m.StartsWith("D:", StringComparison.Ordinal)).ShouldBe(2);
        rig.Gate.Journal.Rows().ShouldHaveSingleItem()[1].ShouldBe("xxxxx");
        rig.Gate.Journal.Of(EventKinds.ResultRecorded)[^1].GetProperty("cut").GetString().ShouldBe("a row is longer than 1048576 bytes");
    }

    [Fact]
    public async Task A_journal_that_fills_up_costs_the_record_its_rows_and_the_client_nothing()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("select pg_sleep(0.2), id from customers limit 1");
        await Eventually.TrueAsync(() => rig.Gate.Journal.Kinds.Contains(EventKinds.OperationDecided));
        rig.Gate.Journal.Full = true;

        (await client.ReadUntilAsync('Z')).ShouldContain("D:|1");
        rig.Gate.Journal.Kinds.ShouldNotContain(EventKinds.Content);
        await client.QueryAsync("select 2");
        string.Join(' ', await client.ReadUntilAsync('Z')).ShouldContain("58030");
    }

    [Fact]
    public async Task Notices_are_recorded_with_their_operation_and_bounded()
    {
        await using var rig = await RealGateRig.StartAsync(Unmasked);
        await RunAsync(rig, "do $$ begin for i in 1..300 loop raise notice 'step %', i; end loop; end $$");

        var notices = rig.Gate.Journal.Of(EventKinds.OperationNotice);
        notices.Count.ShouldBe(100);
        notices[0].GetProperty("operation").GetInt64().ShouldBe(1);
        notices[^1].GetProperty("last").GetBoolean().ShouldBeTrue();
    }

    private static async Task<List<string>> RunAsync(RealGateRig rig, params string[] statements)
    {
        List<string> seen = [];
        await using (var client = await rig.Gateway.ConnectAsync())
        {
            foreach (var sql in statements)
            {
                await client.QueryAsync(sql);
                seen.AddRange(await client.ReadUntilAsync('Z'));
            }
        }

        await EndedAsync(rig);
        return seen;
    }

    private static Task EndedAsync(RealGateRig rig) => Eventually.TrueAsync(() => rig.Gate.Journal.Kinds.Contains(EventKinds.SessionEnded));
}
