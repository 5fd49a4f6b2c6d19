using System.Buffers;
using Hoop.Contracts.Approvals;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing.Wire;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>The server plans at Bind, and calls what says of itself that it is immutable: each call moves a sequence, which no rollback takes back.</summary>
public class DecidedAtBindTests
{
    private const string Rules = """
          - { name: read, roles: [agent], targets: [shop], allow: { verbs: [select, insert, explain], objects: ["public.*"], effects: [write, unknown] } }
          - { name: functions, roles: [agent], targets: [shop], allow: { verbs: [execute], objects: ["*"], effects: [write, unknown] } }
          - { name: asked, roles: [agent], targets: [shop], approve: { verbs: [execute], objects: ["public.fold"], by: [dba], count: 1, expires: 15m } }
        """;

    private const string Blocked = Rules + "\n  - { name: never, roles: [agent], targets: [shop], block: { verbs: [execute], objects: [\"public.fold\"] } }";

    private const string Script = """
        create sequence calls;
        create function fold(i int) returns int language plpgsql immutable as 'begin perform pg_catalog.nextval(''public.calls''); return i; end';
        create table t(id int);
        insert into t values (7);
        create operator === (leftarg = int, rightarg = int, function = same);
        """;

    private static string Made => Script.Replace("create operator", "create function same(a int, b int) returns bool language plpgsql immutable as 'begin return public.fold(a) = b; end';\ncreate operator", StringComparison.Ordinal)
        + "create domain checked as int check (public.fold(value) > 0); create view folded as select public.fold(7) as id from t; create table lists (ids checked[]); create table checks (id checked);";

    public static TheoryData<string> Statements => ["select fold($1::int)", "select id from t where id = fold($1::int)", "insert into t values (fold($1::int))", "select $1::int === 7", "select id from folded where id = $1::int", "select $1::text::checked from t"];

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task Nothing_runs_of_what_waits(string sql)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Made);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output => Send(output, sql));
        var seen = await HeldAsync(client);
        (await CallsAsync(rig)).ShouldBe(0);
        await ResolveAsync(rig, ApprovalOutcome.Denied);
        seen.AddRange(await client.ReadUntilAsync('Z'));
        seen.Where(static message => message[0] != 'N').ShouldBe(["1", "E:42501", "Z:I"]);
        (await CallsAsync(rig)).ShouldBe(0);
        await client.QueryAsync("select count(*) from t");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:1");
    }

    [Fact]
    public async Task What_was_approved_at_Bind_is_executed_without_asking_again()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Made);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output => Send(output, "select fold($1::int)"));
        var seen = await HeldAsync(client);
        await ResolveAsync(rig, ApprovalOutcome.Approved);
        seen.AddRange(await client.ReadUntilAsync('Z'));
        seen.Where(static message => message[0] != 'N').ShouldBe(["1", "2", "D:7", "C:SELECT 1", "Z:I"]);
        (await CallsAsync(rig)).ShouldBeGreaterThan(0);
        Events(rig, "operation.decided").ShouldBe(1);
        Events(rig, "operation.completed").ShouldBe(1);
        rig.Gate.Approvals.Redeemed.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_portal_that_was_bound_before_other_statements_is_executed_under_its_permit()
    {
        await using var rig = await RealGateRig.StartAsync(Rules.Replace("name: asked", "name: counted", StringComparison.Ordinal).Replace("approve: { verbs: [execute], objects: [\"public.fold\"], by: [dba], count: 1, expires: 15m }", "allow: { verbs: [execute], objects: [\"public.fold\"] }", StringComparison.Ordinal), Made);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("begin");
        await client.ReadUntilAsync('Z');
        await client.SendAsync(output =>
        {
            Parse.Write(output, "", "select fold(id) + fold($1::int) from t");
            Bind.WriteText(output, "p", "", ["7"]);
            Describe.Write(output, Describe.PortalKind, "p");
            Parse.Write(output, "", "select id from t");
            Bind.WriteText(output, "", "", []);
            Execute.Write(output, "");
            Execute.Write(output, "p");
            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldBe(["1", "2", "T", "1", "2", "D:7", "C:SELECT 1", "D:14", "C:SELECT 1", "Z:T"]);
        Events(rig, "operation.decided").ShouldBe(3);
        await client.QueryAsync("commit");
        await client.ReadUntilAsync('Z');
        Events(rig, "operation.completed").ShouldBe(4);
    }

    [Fact]
    public async Task A_rule_that_came_after_Parse_is_kept_at_Bind_and_one_after_Bind_at_Execute()
    {
        await using var rig = await RealGateRig.StartAsync(Rules.Replace("public.fold", "public.none", StringComparison.Ordinal), Made);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output =>
        {
            Parse.Write(output, "q", "select fold($1::int)");
            output.WriteEmpty(FrontendType.Sync);
            output.WriteStringMessage(FrontendType.Query, "begin");
            Bind.WriteText(output, "p", "q", ["7"]);
            output.WriteEmpty(FrontendType.Sync);
        });
        await client.ReadUntilAsync('Z');
        await client.ReadUntilAsync('Z');
        (await client.ReadUntilAsync('Z')).ShouldBe(["2", "Z:T"]);
        var before = await CallsAsync(rig);
        rig.Activate(Blocked, 2);
        await client.SendAsync(output =>
        {
            Execute.Write(output, "p");
            output.WriteEmpty(FrontendType.Sync);
            output.WriteStringMessage(FrontendType.Query, "rollback");
            Bind.WriteText(output, "", "q", ["7"]);
            Execute.Write(output, "");
            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:42501", "Z:E"]);
        await client.ReadUntilAsync('Z');
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:42501", "Z:I"]);
        (await CallsAsync(rig)).ShouldBe(before);
    }

    [Fact]
    public async Task A_portal_whose_name_another_takes_is_over()
    {
        await using var rig = await RealGateRig.StartAsync(Rules.Replace("public.fold", "public.none", StringComparison.Ordinal), Made);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output =>
        {
            output.WriteStringMessage(FrontendType.Query, "begin");
            Parse.Write(output, "q", "select fold($1::int)");
            Bind.WriteText(output, "", "q", ["1"]);
            Bind.WriteText(output, "", "q", ["2"]);
            Execute.Write(output, "");
            Bind.WriteText(output, "p", "q", ["3"]);
            Close.Write(output, Describe.PortalKind, "p");
            output.WriteEmpty(FrontendType.Sync);
            output.WriteStringMessage(FrontendType.Query, "select 1");
        });
        await client.ReadUntilAsync('Z');
        (await client.ReadUntilAsync('Z')).ShouldBe(["1", "2", "2", "D:2", "C:SELECT 1", "2", "3", "Z:T"]);
        await client.ReadUntilAsync('Z');
        rig.Gate.Journal.Events.Count(e => e.Kind == "operation.completed" && e.Payload.Contains("never executed", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task What_is_bound_and_never_executed_is_on_record()
    {
        await using var rig = await RealGateRig.StartAsync(Rules.Replace("public.fold", "public.none", StringComparison.Ordinal), Made);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output =>
        {
            Parse.Write(output, "", "select fold($1::int)");
            Bind.WriteText(output, "", "", ["7"]);
            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldBe(["1", "2", "Z:I"]);
        await client.QueryAsync("select 1");
        await client.ReadUntilAsync('Z');
        rig.Gate.Journal.Events.Count(e => e.Kind == "operation.completed" && e.Payload.Contains("never executed", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Theory]
    [InlineData("select '{7}'::checked[] from t")]
    [InlineData("select 1 from lists where ids = '{7}'")]
    [InlineData("select 1 from checks where array[id] = '{7}'")]
    [InlineData("insert into t select id from t where '{7}'::checked[] is null")]
    [InlineData("explain select '{7}'::checked[] from t")]
    [InlineData("declare c cursor for select '{7}'::checked[] from t")]
    public async Task Values_that_the_server_checks_at_Parse_do_not_get_there_before_somebody_agreed(string sql)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Made);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output => Send(output, sql, values: []));
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:0A000", "Z:I"]);
        await client.QueryAsync($"prepare p as {sql[Math.Max(sql.IndexOf("select", StringComparison.Ordinal), 0)..]}");
        (await HeldAsync(client)).ShouldBe(["N:01000"]);
        await ResolveAsync(rig, ApprovalOutcome.Denied);
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:42501", "Z:I"]);
        (await CallsAsync(rig)).ShouldBe(0);
    }

    [Fact]
    public async Task A_parameter_of_a_domains_type_is_checked_at_Bind()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Made);
        var type = (uint)await rig.AskBehindAsync<long>("select 'checked[]'::regtype::oid::bigint");
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output =>
        {
            Parse.Write(output, "", "select $1 from t", [type]);
            Bind.WriteText(output, "", "", ["{7}"]);
            Execute.Write(output, "");
            output.WriteEmpty(FrontendType.Sync);
        });
        var seen = await HeldAsync(client);
        (await CallsAsync(rig)).ShouldBe(0);
        await ResolveAsync(rig, ApprovalOutcome.Denied);
        seen.AddRange(await client.ReadUntilAsync('Z'));
        seen.Where(static message => message[0] != 'N').ShouldBe(["1", "E:42501", "Z:I"]);
    }

    [Theory]
    [InlineData("select 1 from lists where ids = $1")]
    [InlineData("select 1 from checks where array[id] = $1")]
    [InlineData("insert into lists values ($1)")]
    [InlineData("explain select $1::checked[] from t")]
    [InlineData("declare c cursor for select 1 from lists where ids = $1")]
    public async Task A_parameter_that_takes_a_domains_type_from_its_neighbour_is_checked_at_Bind(string sql)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Made);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output => Send(output, sql, ["{7}"]));
        var seen = await HeldAsync(client);
        (await CallsAsync(rig)).ShouldBe(0);
        await ResolveAsync(rig, ApprovalOutcome.Denied);
        seen.AddRange(await client.ReadUntilAsync('Z'));
        seen.Where(static message => message[0] != 'N').ShouldBe(["1", "E:42501", "Z:I"]);
        (await CallsAsync(rig)).ShouldBe(0);
    }

    /// <summary>The server reads a statement again when it describes or binds it under another path than at Parse.</summary>
    [Theory]
    [InlineData("select 1 from lists where ids = '{7}'", false)]
    [InlineData("explain select 1 from lists where ids = '{7}'", false)]
    [InlineData("explain select 1 from lists where ids = '{7}'", true)]
    [InlineData("declare c cursor for select 1 from lists where ids = '{7}'", true)]
    public async Task What_names_come_to_mean_within_a_pipeline_does_not_run_unseen(string sql, bool bind)
    {
        var rules = Rules + "\n  - { name: paths, roles: [agent], targets: [shop], allow: { verbs: [set, select, explain], objects: [\"*\"], effects: [session] } }";
        await using var rig = await RealGateRig.StartAsync(rules, Made + "create schema calm; create table calm.lists (ids int[]);");
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("set search_path = calm");
        (await client.ReadUntilAsync('Z')).ShouldContain("C:SET");
        await client.SendAsync(output =>
        {
            Parse.Write(output, "q", sql);
            Parse.Write(output, "", "set search_path = public");
            Bind.WriteText(output, "", "", []);
            Execute.Write(output, "");
            if (bind) Bind.WriteText(output, "", "q", []);
            else Describe.Write(output, Describe.StatementKind, "q");
            output.WriteEmpty(FrontendType.Sync);
        });
        var seen = bind ? await HeldAsync(client) : await client.ReadUntilAsync('Z');
        seen.ShouldBe(bind ? ["1", "1", "2", "C:SET", "N:01000"] : ["1", "1", "2", "C:SET", "E:0A000", "Z:I"]);
        (await CallsAsync(rig)).ShouldBe(0);
    }

    [Fact]
    public async Task What_is_described_as_it_was_prepared_asks_the_server_nothing_more()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Made);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output =>
        {
            Parse.Write(output, "q", "select id from t where id = $1");
            Describe.Write(output, Describe.StatementKind, "q");
            output.WriteStringMessage(FrontendType.Query, "set search_path = public");
            Describe.Write(output, Describe.StatementKind, "q");
            output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z')).ShouldBe(["1", "t", "T", "C:SET", "Z:I"]);
        (await client.ReadUntilAsync('Z')).ShouldBe(["t", "T", "Z:I"]);
    }

    private static void Send(IBufferWriter<byte> output, string sql, string[]? values = null)
    {
        Parse.Write(output, "", sql);
        Bind.WriteText(output, "", "", values ?? ["7"]);
        Execute.Write(output, "");
        output.WriteEmpty(FrontendType.Sync);
    }

    /// <summary>What comes up to the notice that it waits.</summary>
    private static async Task<List<string>> HeldAsync(WirePeer client)
    {
        var seen = new List<string>();
        while (await client.ReadAsync() is { } message)
        {
            if (message.Type is 'E') throw new InvalidOperationException($"{message.Diagnostic.Message}: {message.Diagnostic.Detail}");
            seen.Add(message.Short);
            if (message.Type is 'N' or 'Z') break;
        }

        return seen;
    }

    private static async Task ResolveAsync(RealGateRig rig, ApprovalOutcome outcome)
    {
        var request = await rig.Gate.Approvals.Requested.WaitAsync(TimeSpan.FromSeconds(30));
        rig.Gate.Holds.Resolve(new ApprovalResolved(request.RequestId, request.IngressId, outcome, ["bea"], "so", TimeProvider.System.GetUtcNow()));
    }

    private static int Events(RealGateRig rig, string kind) => rig.Gate.Journal.Events.Count(e => e.Kind == kind);

    private static Task<long> CallsAsync(RealGateRig rig) => rig.AskBehindAsync<long>("select case when is_called then last_value else 0 end from calls");
}
