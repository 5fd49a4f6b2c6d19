using System.Buffers;
using Hoop.Contracts.Approvals;
using Hoop.Ingress.Approvals.Grants;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing.Wire;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>What runs on a window stops at the target when the window is taken back, and its client hears why.</summary>
public class RevokedRunTests
{
    private const string Said = "the grant that the statement ran on was revoked by bea: it went wrong";

    private const string Script = """
        create table t(id int); insert into t values (1);
        create function slow() returns int language plpgsql as 'begin raise notice ''began''; perform pg_catalog.pg_sleep(60); return 1; end';
        create function slow_write() returns int language plpgsql as 'begin insert into t values (2); raise notice ''began''; perform pg_catalog.pg_sleep(60); return 1; end';
        """;

    private readonly ActiveGrant grant = new(new GrantOpened
    {
        GrantId = Guid.CreateVersion7(), PrincipalId = "p", Target = "shop", Scope = GrantScope.Fingerprint, Fingerprint = "f", BoundTo = "b", TextBoundTo = "b",
        ShapeBoundTo = "b", Values = GrantValues.Same, Rules = [], GrantedBy = ["bea"], PolicyVersion = 1, OpenedAt = default, ExpiresAt = DateTimeOffset.MaxValue,
    });

    private async Task<GatewayRig> StartAsync()
    {
        var rig = await GatewayRig.StartRealAsync(Script, analyze: new Hoop.Ingress.Sql.SqlAnalyzer().Analyze);
        rig.Gate.Decide = (operation, gate) => operation.Text.Contains("slow", StringComparison.Ordinal) || operation.Text.Contains("series", StringComparison.Ordinal)
            ? new Permit(1, operation, null!, gate.MaxRows) { Basis = new PermitBasis(null, grant) }
            : gate.Permit(operation);
        return rig;
    }

    /// <summary>A cancel hits whatever the server is at when it arrives.</summary>
    [Fact]
    public async Task Nothing_is_sent_behind_a_cancel_that_is_on_its_way()
    {
        await using var rig = await GatewayRig.StartAsync();
        rig.Gate.Decide = (operation, gate) => operation.Text == "select 1" ? new Permit(1, operation, null!, null) { Basis = new PermitBasis(null, grant) } : gate.Permit(operation);
        var arrives = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Server.CancelTakes = arrives.Task;
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("select 1");
        await rig.Server.ExpectAsync('Q');
        Revoke();
        await rig.Server.Cancelled.WaitAsync(TimeSpan.FromSeconds(30));
        await rig.Server.ReplyCompleteAsync("SELECT 1");
        (await client.ReadUntilAsync('Z')).ShouldContain("C:SELECT 1");

        await client.QueryAsync("select 2");
        // As many clients come and go meanwhile as it takes to have read that.
        for (var i = 0; i < 20; i++)
        {
            await using var passerBy = await rig.DialAsync();
            await passerBy.SendAsync(output => StartupPacket.WriteCancel(output, 1, [1, 2, 3, 4]));
            (await passerBy.ReadAsync()).ShouldBeNull();
        }

        rig.Server.Seen.Count.ShouldBe(1);
        arrives.SetResult();
        (await rig.Server.ExpectAsync('Q')).Text.ShouldBe("select 2");
    }

    private void Revoke() => grant.Close(new GrantEnded(grant.Facts.GrantId, "revoked", "bea", "it went wrong", default));

    private static async Task RunsAsync(WirePeer client)
    {
        WireMessage message;
        do message = (await client.ReadAsync())!;
        while (message.Type != 'N');
        message.Diagnostic.Message.ShouldBe("began");
    }

    private static async Task IsCutAsync(WirePeer client)
    {
        WireMessage message;
        do message = (await client.ReadAsync())!;
        while (message.Type != 'E');
        (message.Diagnostic.SqlState, message.Diagnostic.Message).ShouldBe(("57014", Said));
    }

    private static async Task IsUsableAsync(WirePeer client, string count)
    {
        await client.QueryAsync("select count(*) from t");
        (await client.ReadUntilAsync('Z')).ShouldContain($"D:{count}");
    }

    [Fact]
    public async Task A_cursor_that_was_declared_on_it_gives_nothing_more()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("declare c cursor with hold for select i from generate_series(1, 9) i");
        await client.ReadUntilAsync('Z');
        await client.QueryAsync("fetch 2 from c");
        (await client.ReadUntilAsync('Z')).ShouldBe(["T", "D:1", "D:2", "C:FETCH 2", "Z:I"]);

        Revoke();

        await client.QueryAsync("fetch 2 from c");
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:57014", "Z:I"]);
        await IsUsableAsync(client, "1");
    }

    [Fact]
    public async Task A_simple_query_is_cancelled_and_the_connection_goes_on()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("select slow()");
        await RunsAsync(client);

        Revoke();

        await IsCutAsync(client);
        (await client.ReadUntilAsync('Z')).ShouldBe(["Z:I"]);
        await IsUsableAsync(client, "1");
        rig.Gate.Completed.First(done => done.Permit.Operation.Text.Contains("slow", StringComparison.Ordinal)).Result.ShouldSatisfyAllConditions(
            result => result.Succeeded.ShouldBeFalse(), result => result.Status.ShouldBe($"57014: {Said}"));
    }

    [Fact]
    public async Task An_extended_query_is_cancelled_and_what_follows_in_the_pipeline_is_skipped()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.SendAsync(output =>
        {
            Execute(output, "select slow()");
            Execute(output, "insert into t values (3)");
            output.WriteEmpty(FrontendType.Sync);
        });
        await RunsAsync(client);

        Revoke();

        await IsCutAsync(client);
        (await client.ReadUntilAsync('Z')).ShouldBe(["Z:I"]);
        await IsUsableAsync(client, "1");
    }

    [Fact]
    public async Task A_limited_one_is_rolled_back()
    {
        await using var rig = await StartAsync();
        rig.Gate.MaxRows = 10;
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("select slow_write()");
        await RunsAsync(client);

        Revoke();

        await IsCutAsync(client);
        (await client.ReadUntilAsync('Z')).ShouldBe(["Z:I"]);
        await IsUsableAsync(client, "1");
    }

    [Fact]
    public async Task Rows_that_were_not_fetched_yet_are_refused()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.SendAsync(output =>
        {
            Parse.Write(output, "", "select generate_series(1, 3)");
            Bind.WriteText(output, "", "", []);
            Wire.Postgres.Messages.Execute.Write(output, "", 1);
            output.WriteEmpty(FrontendType.Flush);
        });
        (await client.ReadUntilAsync('s')).ShouldContain("D:1");

        Revoke();
        await client.SendAsync(output =>
        {
            Wire.Postgres.Messages.Execute.Write(output, "", 1);
            output.WriteEmpty(FrontendType.Sync);
        });

        await IsCutAsync(client);
        (await client.ReadUntilAsync('Z')).ShouldBe(["Z:I"]);
    }

    [Fact]
    public async Task What_comes_after_is_not_sent_at_all()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        Revoke();

        await client.QueryAsync("select slow_write()");

        await IsCutAsync(client);
        (await client.ReadUntilAsync('Z')).ShouldBe(["Z:I"]);
        await IsUsableAsync(client, "1");
    }

    private static void Execute(IBufferWriter<byte> output, string sql)
    {
        Parse.Write(output, "", sql);
        Bind.WriteText(output, "", "", []);
        Wire.Postgres.Messages.Execute.Write(output, "");
    }
}
