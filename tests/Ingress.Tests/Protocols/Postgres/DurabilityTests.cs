using Hoop.Ingress.Journal;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing.Wire;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>What was permitted leaves for the server only when the journal has it on its disk.</summary>
public class DurabilityTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A gateway whose journal's disk takes as long as the test wants.</summary>
    private static async Task<(GatewayRig Rig, WirePeer Client, TaskCompletionSource Waited, TaskCompletionSource OnDisk)> StartAsync()
    {
        var rig = await GatewayRig.StartAsync();
        var waited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var onDisk = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Gate.Durable = () =>
        {
            if (rig.Gate.Asked.IsEmpty) return Task.CompletedTask;
            waited.TrySetResult();
            return onDisk.Task;
        };
        return (rig, await rig.ConnectAsync(), waited, onDisk);
    }

    private static readonly Dictionary<string, Action<System.Buffers.IBufferWriter<byte>>> Batches = new()
    {
        ["simple"] = output => Query(output, "insert into t values (1)"),
        ["several statements in a string"] = output => Query(output, "select 1; insert into t values (1); select 2"),
        ["copy"] = output =>
        {
            Query(output, "copy t from stdin");
            output.WriteFrame(new(new byte[] { (byte)FrontendType.CopyData, 0, 0, 0, 6, (byte)'1', (byte)'\n' }));
        },
        ["extended"] = output =>
        {
            Extended(output, "insert into t values (1)");
            output.WriteEmpty(FrontendType.Sync);
        },
        ["pipelined behind reads"] = output =>
        {
            Extended(output, "select 1");
            Extended(output, "insert into t values (1)");
            output.WriteEmpty(FrontendType.Flush);
            Extended(output, "select 2");
            output.WriteEmpty(FrontendType.Sync);
        },
        ["a client that leaves at once"] = output =>
        {
            Query(output, "insert into t values (1)");
            output.WriteEmpty(FrontendType.Terminate);
        },
    };

    public static TheoryData<string> Ways => [.. Batches.Keys];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Nothing_of_a_batch_with_a_write_reaches_the_server_before_the_journals_disk_has_it(string way)
    {
        var (rig, client, waited, onDisk) = await StartAsync();
        await using var _ = rig;
        await using var __ = client;
        await client.SendAsync(Batches[way]);
        await waited.Task.WaitAsync(Patience);
        rig.Server.Seen.ShouldBeEmpty();
        onDisk.SetResult();
        await rig.Server.ExpectAsync(way is "extended" or "pipelined behind reads" ? 'P' : 'Q');
        await rig.Server.CloseAsync();
    }

    [Fact]
    public async Task A_row_limited_write_does_not_even_begin_before()
    {
        var (rig, client, waited, onDisk) = await StartAsync();
        await using var _ = rig;
        await using var __ = client;
        rig.Gate.MaxRows = 10;
        await client.QueryAsync("insert into t values (1)");
        await waited.Task.WaitAsync(Patience);
        rig.Server.Seen.ShouldBeEmpty();
        onDisk.SetResult();
        (await rig.Server.ExpectAsync('Q')).Text.ShouldContain("begin");
        await rig.Server.CloseAsync();
    }

    [Fact]
    public async Task A_journal_that_fails_on_the_way_to_the_disk_ends_the_session_and_the_server_sees_nothing()
    {
        var (rig, client, waited, onDisk) = await StartAsync();
        await using var _ = rig;
        await using var __ = client;
        await client.QueryAsync("insert into t values (1)");
        await waited.Task.WaitAsync(Patience);
        onDisk.SetException(new JournalUnavailableException("The journal's disk failed."));

        var error = (await client.ReadAsync())!.Diagnostic;
        (error.Severity, error.SqlState).ShouldBe(("FATAL", "58030"));
        (await rig.Gate.Ended.Task.WaitAsync(Patience)).ShouldStartWith("journal");
        await Should.ThrowAsync<Exception>(() => rig.Server.ExpectAsync('Q'));
        rig.Server.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pipeline_of_a_thousand_inserts_costs_a_few_syncs()
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Governed.Replace("verbs: [select, copy-to]", "verbs: [select, insert]"));
        await using var client = await rig.Gateway.ConnectAsync();
        await client.SendAsync(output =>
        {
            for (var i = 0; i < 1000; i++) Extended(output, $"insert into orders values ({1000 + i}, 1, 1)");
            output.WriteEmpty(FrontendType.Sync);
        });

        var answers = await client.ReadUntilAsync('Z');
        answers.Count(answer => answer == "C:INSERT 0 1").ShouldBe(1000);
        rig.Gate.Journal.Syncs.ShouldBeInRange(1, 100);
    }

    [Fact]
    public async Task A_write_awaits_its_commit_where_nothing_sent_before_it_may_have_ended_the_transaction()
    {
        await using var rig = await GatewayRig.StartRealAsync("create table t(id int)", analyze: new SqlAnalyzer().Analyze);
        await using var client = await rig.ConnectAsync();
        async Task<bool[]> AskedAsync(int ready, Action<System.Buffers.IBufferWriter<byte>> write)
        {
            rig.Gate.Asked.Clear();
            await client.SendAsync(write);
            for (var i = 0; i < ready; i++) await client.ReadUntilAsync('Z');
            return [.. rig.Gate.Asked.Select(operation => operation.AwaitsCommit)];
        }

        void Insert(System.Buffers.IBufferWriter<byte> output) => Extended(output, "insert into t values (1)");

        (await AskedAsync(1, output => Query(output, "insert into t values (1)"))).ShouldBe([false]);
        (await AskedAsync(1, output => Query(output, "begin; insert into t values (1)"))).ShouldBe([false]);
        (await AskedAsync(1, output => Query(output, "insert into t values (1)"))).ShouldBe([true]);
        (await AskedAsync(1, output => Query(output, "savepoint a"))).ShouldBe([false]);
        (await AskedAsync(1, output => { Insert(output); output.WriteEmpty(FrontendType.Sync); })).ShouldBe([true]);
        (await AskedAsync(1, output => { Insert(output); Insert(output); output.WriteEmpty(FrontendType.Sync); })).ShouldBe([true, false]);
        (await AskedAsync(1, output => Query(output, "insert into t values (1); commit; begin; insert into t values (2)"))).ShouldBe([false]);
        (await AskedAsync(3, output =>
        {
            foreach (var text in (string[])["insert into t values (1)", "commit", "insert into t values (1)"]) Query(output, text);
        })).ShouldBe([true, false, false]);
    }

    private static void Query(System.Buffers.IBufferWriter<byte> output, string sql) => output.WriteStringMessage(FrontendType.Query, sql);

    private static void Extended(System.Buffers.IBufferWriter<byte> output, string sql)
    {
        Parse.Write(output, "", sql);
        Bind.WriteText(output, "", "", []);
        Execute.Write(output, "");
    }
}
