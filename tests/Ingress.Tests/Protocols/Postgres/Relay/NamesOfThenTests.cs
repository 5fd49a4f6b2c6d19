using System.Buffers;
using System.Text;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Relay;

/// <summary>Ways to have the server run with other names, under other settings or of another portal than was judged. What may be deleted is in scratch.orders; public.orders must keep all of its rows.</summary>
public class NamesOfThenTests
{
    private const string Rules = """
          - { name: read, roles: [agent], targets: [shop], allow: { verbs: [select, execute], objects: ["*"] } }
          - { name: own, roles: [agent], targets: [shop], allow: { verbs: [select, insert, update, delete, create, alter, drop], objects: ["scratch.*", "pg_temp.*"], effects: [read, write, mass-write, ddl, destructive] } }
          - { name: kept, roles: ["*"], targets: ["*"], block: { verbs: [delete], objects: ["public.orders", "postgres.*"] } }
          - { name: asked, roles: [agent], targets: [shop], approve: { verbs: [delete], objects: ["public.customers"], by: [dba], count: 1, expires: 15m } }
        """;

    private const string Script = RealGateRig.Script + "create schema scratch; create table scratch.orders(id int primary key, customer int, total numeric);";

    private static readonly string Long = new('a', 63);

    private static readonly Dictionary<string, Action<IBufferWriter<byte>>[]> Attacks = new()
    {
        ["fetch of a portal that was only bound"] =
        [
            o => Query(o, "begin"),
            o => { Parse.Write(o, "", "with gone as (delete from public.customers returning id) select id from gone"); Bind.WriteText(o, "p", "", []); Sync(o); },
            o => Query(o, "fetch all from p"),
            o => Query(o, "commit"),
        ],
        ["move of a portal that was only bound, prepared before"] =
        [
            o => Query(o, "begin"),
            o => { Parse.Write(o, "m", "move all from p"); Parse.Write(o, "", "delete from public.customers"); Bind.WriteText(o, "p", "", []); Run(o, "m"); Sync(o); },
            o => Query(o, "commit"),
        ],
        ["a portal bound under another path"] =
        [
            o => Query(o, "begin; set local search_path = scratch"),
            o => { Parse.Write(o, "d", "delete from orders"); Sync(o); },
            o => Query(o, "set local search_path = public"),
            o => { Bind.WriteText(o, "p", "d", []); Sync(o); },
            o => Query(o, "set local search_path = scratch"),
            o => { Execute.Write(o, "p"); Sync(o); },
            o => Query(o, "commit"),
        ],
        ["strings that read otherwise within a pipeline"] =
        [
            o =>
            {
                Send(o, "set standard_conforming_strings = off");
                Send(o, @"with a as (select 'a\''), d as (delete from public.orders returning 1) select 1 --') select 1");
                Sync(o);
            },
        ],
        ["a path set for an implicit transaction"] =
        [
            o => { Send(o, "set local search_path = scratch"); Send(o, "select 1"); Sync(o); },
            o => Query(o, "delete from orders"),
        ],
        ["a path that an error took back"] =
        [
            o => { Send(o, "set search_path = scratch"); Send(o, "select 1"); Send(o, "select 1/0"); Sync(o); },
            o => Query(o, "delete from orders"),
        ],
        ["temporary tables named last in the path"] =
        [
            o => Query(o, "create temp table orders (id int)"),
            o => Query(o, "set search_path = public, pg_temp"),
            o => Query(o, "delete from orders"),
        ],
        ["temporary tables named last in the path, in one string"] =
        [
            o => Query(o, "create temp table orders (id int)"),
            o => Query(o, "set search_path = public, pg_temp; delete from orders"),
        ],
        ["a transaction within a pipeline"] =
        [
            o => { Send(o, "begin"); Send(o, "set local search_path = scratch"); Send(o, "select 1"); Send(o, "commit"); Send(o, "delete from orders"); Sync(o); },
            o => Query(o, "delete from orders"),
        ],
        ["a simple query amid a pipeline"] =
        [
            o => { Send(o, "set local search_path = scratch"); Query(o, "select 1"); },
            o => Query(o, "delete from orders"),
        ],
        ["a rollback and more after a failure"] =
        [
            o => Query(o, "begin; set local search_path = scratch"),
            o => Query(o, "select 1/0"),
            o => { Send(o, "rollback"); Send(o, "delete from orders"); Sync(o); },
        ],
        ["a text that begins with the transaction's end"] =
        [
            o => Query(o, "begin"),
            o => Query(o, "set local search_path = scratch"),
            o => Query(o, "select 1"),
            o => Query(o, "rollback; delete from orders"),
        ],
        ["a text that goes back to a savepoint"] =
        [
            o => Query(o, "begin"),
            o => Query(o, "savepoint s"),
            o => Query(o, "set local search_path = scratch"),
            o => Query(o, "rollback to s; delete from orders"),
            o => Query(o, "commit"),
        ],
        ["the role's own schema in a text"] = [o => Query(o, "set search_path = \"$user\", scratch; delete from orders")],
    };

    public static TheoryData<string> Ways => [.. Attacks.Keys];

    [Theory, MemberData(nameof(Ways))]
    public async Task Nothing_runs_but_what_was_judged(string way)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script + $"create schema {PostgresServer.UserName}; create table {PostgresServer.UserName}.orders as select * from public.orders;");
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var send in Attacks[way])
        {
            await client.SendAsync(send);
            await client.ReadUntilAsync('Z');
        }

        (await CountAsync(rig, "public.orders")).ShouldBe(50);
        (await CountAsync(rig, "public.customers")).ShouldBe(50);
        (await CountAsync(rig, $"{PostgresServer.UserName}.orders")).ShouldBe(50);
    }

    [Fact]
    public async Task Names_that_are_one_to_the_server_are_one_here()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script + "insert into scratch.orders select * from public.orders;");
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var send in (Action<IBufferWriter<byte>>[])
        [
            o => { Parse.Write(o, Long + "X", "select 1 as x"); Sync(o); },
            o => { Close.Write(o, Describe.StatementKind, Long + "Y"); Parse.Write(o, Long + "Z", "delete from scratch.orders where id = 1"); Run(o, Long + "X"); Sync(o); },
            o => Query(o, "begin"),
            o =>
            {
                Parse.Write(o, "s", "select id from public.orders");
                Bind.WriteText(o, Long + "X", "s", []);
                Execute.Write(o, Long + "X", 1);
                Close.Write(o, Describe.PortalKind, Long + "Y");
                Parse.Write(o, "d", "delete from scratch.orders where id = 2 returning id");
                Bind.WriteText(o, Long + "Z", "d", []);
                Execute.Write(o, Long + "X", 1);
                Sync(o);
            },
            o => Query(o, "commit"),
        ])
        {
            await client.SendAsync(send);
            await client.ReadUntilAsync('Z');
        }

        (await CountAsync(rig, "scratch.orders")).ShouldBe(48);
        rig.Gate.Journal.Events.Count(e => e.Kind == "operation.decided" && e.Payload.Contains("delete from scratch.orders", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task What_may_be_deleted_is_deleted_on_the_same_ways()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script + "insert into scratch.orders select * from public.orders;");
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var send in (Action<IBufferWriter<byte>>[])
        [
            o => { Parse.Write(o, Long + "X", "delete from scratch.orders where id = $1"); Bind.WriteText(o, Long + "Y", Long + "Z", ["1"]); Execute.Write(o, Long); Sync(o); },
            o => { Send(o, "set search_path = scratch"); Send(o, "delete from orders where id = 2"); Sync(o); },
            o => Query(o, "delete from orders where id = 3"),
            o => Query(o, "begin; set local search_path = scratch"),
            o => Query(o, "delete from orders where id = 4; commit"),
            o => { Send(o, "begin"); Parse.Write(o, "", "select id from orders"); Bind.WriteText(o, "p", "", []); Execute.Write(o, "p", 1); Sync(o); },
            o => Query(o, "fetch 2 from p; move all from p"),
            o => Query(o, "commit"),
        ])
        {
            await client.SendAsync(send);
            (await client.ReadUntilAsync('Z')).ShouldNotContain(message => message.StartsWith('E'));
        }

        (await CountAsync(rig, "scratch.orders")).ShouldBe(46);
    }

    /// <summary>Who has a temporary table creates others where everybody does, and what nobody knows is not taken for temporary.</summary>
    [Theory]
    [InlineData("create table more (id int)")]
    [InlineData("create view more as select id from scratch.orders")]
    [InlineData("drop table customers_of_late")]
    public async Task A_temporary_table_makes_no_others_temporary(string sql)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("create temp table mine (id int)");
        (await client.ReadUntilAsync('Z')).ShouldContain("C:CREATE TABLE");
        await rig.BehindAsync("create table customers_of_late (id int)");
        await client.QueryAsync(sql);
        (await client.ReadUntilAsync('Z')).ShouldContain("E:42501");
        await client.QueryAsync("set search_path = pg_temp, public");
        await client.ReadUntilAsync('Z');
        await client.QueryAsync("insert into mine values (1)");
        (await client.ReadUntilAsync('Z')).ShouldContain("C:INSERT 0 1");
    }

    [Fact]
    public async Task A_schema_that_appears_in_the_path_is_seen()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("set search_path = late, scratch; select count(*) from orders");
        await client.ReadUntilAsync('Z');
        await using var other = await rig.Gateway.ConnectAsync();
        await rig.BehindAsync("create schema late; create table late.orders as select 1 as id");
        await other.QueryAsync("create table scratch.anything (id int)");
        (await other.ReadUntilAsync('Z')).ShouldContain("C:CREATE TABLE");
        await client.QueryAsync("delete from orders");
        (await client.ReadUntilAsync('Z')).ShouldContain(message => message.StartsWith('E'), "late.orders is what the name stands for now");
    }

    [Theory]
    [InlineData("options", "-c myapp.tenant=5"), InlineData("options", @"--myapp.tenant=5\ 6"), InlineData("options", "-csession_replication_role=replica"), InlineData("session_replication_role", "replica"), InlineData("Role", "dba")]
    public async Task Settings_that_a_session_may_not_make_are_refused_at_log_in(string name, string value)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.DialAsync();
        await GatewayRig.LogInAsync(client, (name, value));
        Encoding.UTF8.GetString((await client.ReadAsync())!.Body).ShouldContain("may not be set at log-in");
    }

    [Fact]
    public async Task Harmless_settings_pass_at_log_in()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var connection = new NpgsqlConnection(rig.ConnectionString + ";Options=-c statement_timeout=7s --search-path=scratch;Timezone=Europe/Rome;Application Name=x");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select current_setting('statement_timeout') || current_setting('search_path') || current_setting('timezone')", connection);
        (await command.ExecuteScalarAsync()).ShouldBe("7sscratchEurope/Rome");
    }

    private static async Task<long> CountAsync(RealGateRig rig, string table)
    {
        await using var connection = new NpgsqlConnection((await PostgresServer.SharedAsync()).ConnectionString(rig.Gate.Snapshots.Current!.Document.Targets["shop"].Database!));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"select count(*) from {table}", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static void Query(IBufferWriter<byte> output, string sql) => output.WriteStringMessage(FrontendType.Query, sql);

    private static void Sync(IBufferWriter<byte> output) => output.WriteEmpty(FrontendType.Sync);

    private static void Send(IBufferWriter<byte> output, string sql)
    {
        Parse.Write(output, "", sql);
        Run(output, "");
    }

    private static void Run(IBufferWriter<byte> output, string statement)
    {
        Bind.WriteText(output, "", statement, []);
        Execute.Write(output, "");
    }
}
