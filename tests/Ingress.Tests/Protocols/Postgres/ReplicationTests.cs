using System.Text.Json;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>A PostgreSQL that others may follow.</summary>
public sealed class FollowedServer : IAsyncLifetime
{
    internal PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync(["wal_level=logical", "max_wal_senders=8", "max_replication_slots=8"]);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>Replication connections pass where everything passes, with each command on record, and nowhere else.</summary>
public sealed class ReplicationTests(FollowedServer followed) : IClassFixture<FollowedServer>
{
    private const string Everything = """
          - { name: everything, roles: [agent], targets: ["*"], allow: { verbs: ["*"], objects: ["*"], effects: ["*"] } }
        """;

    [Theory]
    [InlineData("true", """
          - { name: much, roles: [agent], targets: ["*"], allow: { verbs: ["*"], objects: ["*"], effects: [write, ddl, privilege, lock, file-access] } }
        """)]
    [InlineData("database", Everything + """

          - { name: not-this, roles: [agent], targets: ["*"], block: { verbs: [replicate] } }
        """)]
    [InlineData("DataBase", Everything + """

        masks:
          - { name: ssn, targets: ["*"], columns: ["*.*.ssn"], with: redact }
        """)]
    [InlineData("yes", Everything + """

          - { name: held, roles: [agent], targets: ["*"], approve: { effects: [destructive], by: [dba] } }
        """)]
    public async Task It_is_refused_where_anything_is_governed_or_hidden(string value, string rules)
    {
        await using var rig = await StartAsync(rules);
        await using var client = await rig.Gateway.DialAsync();
        await GatewayRig.LogInAsync(client, ("replication", value));
        (await client.ReadUntilAsync('E')).ShouldBe(["E:42501"]);
        (await client.ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_connection_that_only_says_it_wants_none_is_like_any_other()
    {
        await using var rig = await StartAsync(RealGateRig.Governed);
        await using var client = await rig.Gateway.ConnectAsync(("replication", "off"));
        await client.QueryAsync("select count(*) from orders");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:50");
    }

    [Fact]
    public async Task Commands_and_sql_pass_and_are_on_record()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.Gateway.ConnectAsync(("replication", "database"));
        (await client.AskAsync("IDENTIFY_SYSTEM")).ShouldContain("C:IDENTIFY_SYSTEM");
        (await client.AskAsync("select count(*) from orders")).ShouldContain("D:50");
        (await client.AskAsync("CREATE_REPLICATION_SLOT passing TEMPORARY LOGICAL test_decoding")).ShouldContain("C:CREATE_REPLICATION_SLOT");
        (await client.AskAsync("START_REPLICATION SLOT nowhere LOGICAL 0/0")).ShouldContain("E:42704");
        (await client.AskAsync("SHOW wal_level")).ShouldContain("D:logical");
        (await client.AskAsync("BASE_BACKUP wrong")).ShouldContain("E:42601");
        var decided = PayloadsOf(rig, EventKinds.OperationDecided);
        decided.Count(payload => payload.Contains("\"replicate\"", StringComparison.Ordinal)).ShouldBe(4);
        decided[0].ShouldContain("IDENTIFY_SYSTEM");
    }

    [Fact]
    public async Task Changes_stream_to_the_standard_client_until_it_has_enough()
    {
        await using var rig = await StartAsync();
        var endpoint = $"-h 127.0.0.1 -p {rig.Gateway.Endpoint.Port} -U agent -d shop";
        (await RunAsync("pg_recvlogical", $"{endpoint} --slot=all --create-slot --plugin=test_decoding")).Exit.ShouldBe(0);
        await rig.BehindAsync("update customers set name = 'followed' where id = 7; insert into orders select i, 1, i from generate_series(1000, 2999) i");
        var end = await rig.AskBehindAsync<string>("select pg_current_wal_insert_lsn()::text");
        var (exit, text) = await RunAsync("pg_recvlogical", $"{endpoint} --slot=all --start --no-loop --endpos={end} -f -");
        exit.ShouldBe(0);
        text.ShouldContain("followed");
        text.Split('\n').Count(static line => line.Contains("INSERT: id", StringComparison.Ordinal)).ShouldBe(2000);
        (await RunAsync("pg_recvlogical", $"{endpoint} --slot=all --drop-slot")).Exit.ShouldBe(0);
        // Every byte of it is counted.
        PayloadsOf(rig, EventKinds.OperationCompleted).Max(static payload => JsonDocument.Parse(payload).RootElement.GetProperty("bytes").GetInt64()).ShouldBeGreaterThan(text.Length);
    }

    [Fact]
    public async Task A_whole_backup_is_taken_with_the_log_beside_it()
    {
        await using var rig = await StartAsync();
        var directory = Directory.CreateTempSubdirectory("hoop-backup-");
        try
        {
            var to = Path.Combine(directory.FullName, "data");
            var (exit, text) = await RunAsync("pg_basebackup", $"-h 127.0.0.1 -p {rig.Gateway.Endpoint.Port} -U agent -D {to} -X stream -c fast");
            exit.ShouldBe(0, text);
            (await RunAsync("pg_verifybackup", to)).Exit.ShouldBe(0);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_stream_ends_when_the_policy_no_longer_lets_everything_pass()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.Gateway.ConnectAsync(("replication", "database"));
        await client.AskAsync("CREATE_REPLICATION_SLOT cut TEMPORARY LOGICAL test_decoding");
        await client.QueryAsync("START_REPLICATION SLOT cut LOGICAL 0/0");
        (await client.ReadAsync())!.Type.ShouldBe('W');
        rig.Activate(RealGateRig.Governed, 2);
        await rig.BehindAsync("update customers set name = 'unseen'");
        List<string> said = [];
        while (await client.ReadAsync() is { } message)
        {
            message.Body.AsSpan().IndexOf("unseen"u8).ShouldBe(-1);
            said.Add(((char)message.Type).ToString());
        }

        said[^1].ShouldBe("E");
    }

    [Fact]
    public async Task A_session_that_follows_says_no_more_after_such_a_change()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.Gateway.ConnectAsync(("replication", "database"));
        rig.Activate(RealGateRig.Governed, 2);
        await client.QueryAsync("IDENTIFY_SYSTEM");
        (await client.ReadUntilAsync('E')).ShouldBe(["E:42501"]);
    }

    [Fact]
    public async Task What_begins_a_stream_elsewhere_ends_the_session()
    {
        await using var rig = await GatewayRig.StartAsync();
        rig.Gate.LetsEverythingPass = true;
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("select 1");
        await rig.Server.ExpectAsync('Q');
        await rig.Server.ReplyAsync(output => output.WriteMessage(BackendType.CopyBothResponse, [0, 0, 0]));
        (await client.ReadUntilAsync('E')).ShouldBe(["E:08P01"]);
    }

    private Task<RealGateRig> StartAsync(string rules = Everything) => RealGateRig.StartAsync(rules, server: followed.Server);

    private static List<string> PayloadsOf(RealGateRig rig, string kind) => [.. rig.Gate.Journal.Events.Where(e => e.Kind == kind).Select(static e => e.Payload)];

    private static Task<(int Exit, string Text)> RunAsync(string program, string arguments) => StandardProgram.RunAsync(StandardProgram.PathOf(program), arguments, PlayedGate.Token);
}
