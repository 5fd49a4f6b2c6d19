using Hoop.Ingress.Tests.Catalog;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Relay;

/// <summary>What a transaction changed of the schema is known to itself at once, and to nobody else before it is committed.</summary>
public class NamesInTransactionsTests
{
    private const string Rules = """
          - { name: all, roles: [agent], targets: [shop], allow: { verbs: ["*"], objects: ["*"], effects: ["*"] } }
        masks:
          - { name: ssn, targets: [shop], columns: [public.customers.ssn], with: redact, except: [dba] }
        """;

    private const string Script = RealGateRig.Script + "create view vv as select id, name as x from customers; create table kept (id int, x text);";

    private const string Reveal = "create or replace view vv as select id, ssn as x from customers";

    [Theory]
    [InlineData("create table leak as select id, x from vv")]
    [InlineData("insert into kept select id, x from vv")]
    [InlineData("select x into temp leak from vv")]
    [InlineData("select pg_notify('c', x) from vv")]
    [InlineData("select count(*) from vv where x like '900%'")]
    public async Task A_view_that_was_just_redefined_hides_what_it_now_shows(string sql)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        (await client.AskAsync("begin", Reveal)).ShouldNotContain(message => message.StartsWith('E'));
        (await client.AskAsync(sql)).ShouldContain(message => message.StartsWith('E'));
    }

    [Fact]
    public async Task What_a_transaction_made_can_be_used_in_it()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        var seen = await client.AskAsync("begin", "create table mine (id int, who text, secret text)", "insert into mine select id, name, 'none' from customers",
            "update mine set who = upper(who) where id = 7", "select who, secret from mine where id = 7", Reveal, "select x from vv where id = 7", "savepoint s",
            "drop table mine", "rollback to s", "select who from mine where id = 8", "commit", "select who from mine where id = 9");
        seen.ShouldNotContain(message => message.StartsWith('E'));
        seen.Where(message => message.StartsWith('D')).ShouldBe(["D:NAME 7|none", "D:***", "D:name 8", "D:name 9"]);
    }

    [Fact]
    public async Task While_another_transaction_redefines_names_nothing_is_kept_by_them()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script, namesTimeout: TimeSpan.FromMilliseconds(100));
        await using var first = await rig.Gateway.ConnectAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        await second.AskAsync("select 1");
        await first.AskAsync("begin", Reveal);
        (await second.AskAsync("insert into kept select id, x from vv")).ShouldContain("E:55006");
        (await second.AskAsync("insert into kept values (1, 'plain')")).ShouldContain("C:INSERT 0 1");
        await first.AskAsync("rollback");
        (await second.AskAsync("insert into kept select id, x from vv")).ShouldContain("C:INSERT 0 50");
    }

    [Fact]
    public async Task What_somebody_locked_is_left_out_and_nobody_waits_for_it()
    {
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync(Script + "create view over_vv as select x from vv; create table other (id int primary key, c int check (c > 0));");
        await using var holder = new NpgsqlConnection(server.ConnectionString(database));
        await holder.OpenAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("lock table vv, other in access exclusive mode", holder)) await command.ExecuteNonQueryAsync();

        var loaded = await NpgsqlCatalog.LoadAsync(server, database);
        loaded.Locked.ShouldNotBe("{}");
        foreach (var name in (string[])["public.vv", "public.over_vv", "public.other"]) loaded.Snapshot.Relations.Keys.ShouldNotContain(name);
        loaded.Snapshot.Relations.Keys.ShouldContain("public.kept");

        await transaction.RollbackAsync();
        loaded = await NpgsqlCatalog.LoadAsync(server, database);
        loaded.Locked.ShouldBe("{}");
        loaded.Snapshot.Relations["public.over_vv"].Definition.ShouldNotBeNull();
    }

    [Fact]
    public async Task An_open_change_of_the_schema_stops_nobody_else()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var first = await rig.Gateway.ConnectAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        await first.AskAsync("begin", Reveal);
        (await second.AskAsync("create table another (id int)", "select count(*) from orders", "insert into another values (1)")).ShouldNotContain(message => message.StartsWith('E'));
    }

    [Theory]
    [InlineData(Reveal)]
    [InlineData("create table mine (id int)")]
    [InlineData("do $$ begin execute 'select 1'; end $$")]
    public async Task What_another_transaction_has_not_committed_hides_nothing(string change)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var first = await rig.ConnectUnmaskedAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        (await first.AskAsync("begin", change, "select 1")).ShouldNotContain(message => message.StartsWith('E'));
        var seen = await second.AskAsync("select version() like 'PostgreSQL%', sum(i) from generate_series(1, 10) i", "select id, name, ssn from customers where id = 7");
        seen.Where(message => message[0] is 'D' or 'N' or 'E').ShouldBe(["D:t|55", "D:7|name 7|***"]);
    }

    /// <summary>Of a session's own relations others see nothing; an index or a comment makes no name mean anything else.</summary>
    [Theory]
    [InlineData("create temp table mine as select id from customers")]
    [InlineData("create index on customers (name)")]
    [InlineData("comment on table customers is 'people'")]
    [InlineData("create statistics s on id, name from customers")]
    public async Task What_moves_no_name_of_others_hides_nothing_while_it_runs(string change)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var first = await rig.Gateway.ConnectAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        await second.AskAsync("select 1");
        // Nothing says that the transaction is open before its Sync: for all that is known it may be committed at any moment.
        await first.SendAsync(output =>
        {
            Parse.Write(output, "", "begin");
            Bind.WriteText(output, "", "", []);
            Execute.Write(output, "");
            Parse.Write(output, "", change);
            Bind.WriteText(output, "", "", []);
            Execute.Write(output, "");
            output.WriteEmpty(FrontendType.Flush);
        });
        await first.ReadUntilAsync('C');
        await first.ReadUntilAsync('C');
        (await second.AskAsync("select name from customers where id = 7")).Where(message => message[0] is 'D' or 'N').ShouldBe(["D:name 7"]);
    }

    [Fact]
    public async Task A_result_is_hidden_when_names_may_have_moved_meanwhile_and_the_client_hears_why()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var first = await rig.ConnectUnmaskedAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        await second.AskAsync("select id, x from vv where id = 7");
        await using var locker = await rig.LockAsync("orders");
        await second.SendAsync(output => output.WriteStringMessage(FrontendType.Query, "select v.id, v.x from (select count(*) from orders) o, vv v where v.id = 7"));
        await rig.UntilSomebodyWaitsAsync();
        await first.AskAsync("begin", Reveal, "commit");
        await locker.CloseAsync();
        var seen = await second.ReadUntilAsync('Z');
        seen.ShouldContain("D:0|***");
        seen.ShouldContain("N:01000");
        // What it shows now is masked as such.
        (await second.AskAsync("select id, x from vv where id = 7")).Where(message => message[0] is 'D' or 'N').ShouldBe(["D:7|***"]);
    }

    [Fact]
    public async Task Who_asks_while_a_view_changes_sees_what_it_becomes()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var first = await rig.ConnectUnmaskedAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        await first.AskAsync("begin", Reveal);
        await second.SendAsync(output => output.WriteStringMessage(FrontendType.Query, "select id, x from vv where id = 7"));
        await rig.UntilAsync(static claims => claims.Waiting);
        await first.AskAsync("commit");
        (await second.ReadUntilAsync('Z')).Where(message => message[0] is 'D' or 'N').ShouldBe(["D:7|***"]);
    }

    [Fact]
    public async Task A_change_that_commits_itself_hides_results_while_it_is_under_way()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var reader = await rig.ConnectUnmaskedAsync();
        await using var first = await rig.ConnectUnmaskedAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        await second.AskAsync("select 1");
        await reader.AskAsync("begin", "select count(*) from vv");
        await first.SendAsync(output => output.WriteStringMessage(FrontendType.Query, Reveal));
        await rig.UntilSomebodyWaitsAsync();
        (await second.AskAsync("select name from customers where id = 7")).Where(message => message[0] is 'D' or 'N').ShouldBe(["D:***", "N:01000"]);
        // What drivers ask as they connect.
        (await second.AskAsync("select version() like 'PostgreSQL%'", "select t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.oid = 23"))
            .Where(message => message[0] is 'D' or 'N').ShouldBe(["D:t", "D:int4"]);
        // What names nothing at all.
        (await second.AskAsync("copy (select g, md5(g::text) from generate_series(1, 1) g) to stdout", "select 7")).Where(message => message[0] is 'd' or 'D' or 'N').ShouldBe(["d", "D:7"]);
        await reader.AskAsync("commit");
        await first.ReadUntilAsync('Z');
        (await second.AskAsync("select name from customers where id = 7")).Where(message => message.StartsWith('D')).ShouldBe(["D:name 7"]);
    }
}
