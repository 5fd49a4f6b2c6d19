using System.Diagnostics;
using Hoop.Ingress.Catalog;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Relay;

/// <summary>What an administrator or a migration made without Hoop is known as soon as a statement names it.</summary>
public class NamesMadePastHoopTests
{
    private const string Rules = """
          - { name: use, roles: [agent], targets: [shop], allow: { verbs: [select, insert, update, execute], objects: ["public.*", "pg_catalog.*"] } }
        masks:
          - { name: ssn, targets: [shop], columns: ["*.*.ssn"], with: redact, except: [dba] }
        """;

    [Fact]
    public async Task They_are_read_and_written_at_once()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        (await client.AskAsync("select name from customers where id = 1")).ShouldContain("D:name 1");

        await rig.BehindAsync("create table fresh (id int primary key, note text, ssn text)");
        (await client.AskAsync("insert into fresh values (1, 'plain', '900-45-9999')")).ShouldContain("C:INSERT 0 1");
        (await client.AskAsync("select note, ssn from fresh where id = 1")).ShouldContain("D:plain|***");
        (await client.AskAsync("update fresh set note = 'new' where id = 1 and ssn = '900-45-9999'")).ShouldContain("C:UPDATE 1");

        await rig.BehindAsync("create function twice(int) returns int language sql immutable as 'select $1 * 2'; create view shown as select id, note from fresh");
        (await client.AskAsync("select twice(id), note from shown")).ShouldContain(message => message.StartsWith('D'));
        (await client.AskAsync("select note from shown")).ShouldContain("D:new");
    }

    [Fact]
    public async Task So_are_they_by_drivers_that_prepare_and_within_a_transaction()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var connection = new NpgsqlConnection(rig.ConnectionString);
        await connection.OpenAsync();
        await using (var first = new NpgsqlCommand("select count(*) from customers", connection)) await first.ExecuteScalarAsync();

        await rig.BehindAsync("create table fresh (id int primary key, note text)");
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand("insert into fresh values ($1, $2)", connection) { Parameters = { new() { Value = 1 }, new() { Value = "bound" } } })
        {
            await insert.PrepareAsync();
            (await insert.ExecuteNonQueryAsync()).ShouldBe(1);
        }

        await rig.BehindAsync("create table later (id int, note text); insert into later values (1, 'seen')");
        await using (var select = new NpgsqlCommand("select note from later", connection)) (await select.ExecuteScalarAsync()).ShouldBe("seen");
        await transaction.CommitAsync();
    }

    [Fact]
    public async Task What_a_rule_does_not_name_stays_refused()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.AskAsync("select 1 from customers");
        await rig.BehindAsync("""
            create schema vault; create table vault.keys (k text); insert into vault.keys values ('900-45-1111');
            create view peek as select ssn as note from customers; create view writes as select * from vault.keys;
            create function leak() returns text language sql volatile as 'select k from vault.keys'
            """);
        (await client.AskAsync("select k from vault.keys")).ShouldContain("E:42501");
        (await client.AskAsync("select leak()")).ShouldContain("E:42501");
        (await client.AskAsync("select note from peek where note = '900-45-0001'")).ShouldContain("D:***");
    }

    [Fact]
    public async Task Names_that_are_nowhere_do_not_keep_the_target_busy()
    {
        await using var rig = await RealGateRig.StartAsync(Rules);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.AskAsync("select 1 from customers");
        var (before, began) = (rig.Readings, Stopwatch.GetTimestamp());
        for (var i = 0; i < 1000; i++) (await client.AskAsync($"select * from nowhere_{i % 7}")).ShouldContain("E:42P01");

        var most = LookBudget.Burst + Stopwatch.GetElapsedTime(began) / LookBudget.Interval + 1;
        (rig.Readings - before).ShouldBeInRange(1, (int)most);
    }
}
