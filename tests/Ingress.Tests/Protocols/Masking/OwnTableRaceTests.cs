using System.Buffers;
using Hoop.Ingress.Tests.Protocols.Postgres;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>What a statement keeps is judged when it is sent; somebody who is not under the mask changes a view before it runs.</summary>
public sealed class OwnTableRaceTests
{
    private const string Rules = RealGateRig.Everything + """

        masks:
          - { name: ssn, targets: [shop], columns: [public.customers.ssn], with: redact, except: [dba] }
        """;

    private const string Script = RealGateRig.Script + "create view shown as select id, name || '' as name from customers; create table locked (id int);";

    private const string Reveal = "create or replace view shown as select id, ssn || '' as name from customers";

    [Theory]
    [InlineData("create temp table t as select s.name from (select count(*) from locked) l, shown s where s.id = 7", "")]
    [InlineData("insert into t select s.name from (select count(*) from locked) l, shown s where s.id = 7", "create temp table t (name text)")]
    public async Task What_a_view_showed_for_a_moment_is_not_told_by_a_table(string keep, string before)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var first = await rig.ConnectUnmaskedAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        await first.AskAsync("select 1");
        if (before.Length > 0) await second.AskAsync(before);
        await second.AskAsync("select name from shown where id = 7");
        await using var locker = await rig.LockAsync("locked");
        await second.SendAsync(output => output.WriteStringMessage(FrontendType.Query, keep));
        await rig.UntilSomebodyWaitsAsync();
        (await first.AskAsync(Reveal)).ShouldContain("C:CREATE VIEW");
        await locker.CloseAsync();
        (await second.ReadUntilAsync('Z')).ShouldContain(message => message.StartsWith("C:", StringComparison.Ordinal));
        (await rig.AskBehindAsync<string>("select name from shown where id = 7")).ShouldBe("900-45-0007");
        (await second.AskAsync("select name || '!' from t")).ShouldContain("D:***");
        (await second.AskAsync("select name from t order by name")).ShouldContain("E:42501");
    }

    /// <summary>The insert waits in the pipeline while the statement behind it is looked at.</summary>
    [Fact]
    public async Task Nor_by_what_a_pipeline_asks_of_it_at_once()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var first = await rig.ConnectUnmaskedAsync();
        await using var second = await rig.Gateway.ConnectAsync();
        await first.AskAsync("select 1");
        await second.AskAsync("create temp table t (name text)");
        await second.AskAsync("select name from shown where id = 7");
        await using var locker = await rig.LockAsync("locked");
        await second.SendAsync(output =>
        {
            Run(output, "insert into t select s.name from (select count(*) from locked) l, shown s where s.id = 7");
            output.WriteEmpty(FrontendType.Flush);
        });
        await rig.UntilSomebodyWaitsAsync();
        (await first.AskAsync(Reveal)).ShouldContain("C:CREATE VIEW");
        await second.SendAsync(output =>
        {
            Run(output, "select name || '!' from t");
            output.WriteEmpty(FrontendType.Sync);
        });
        await locker.CloseAsync();
        var seen = await second.ReadUntilAsync('Z');
        seen.ShouldContain("D:***");
        seen.ShouldContain("C:INSERT 0 1");
    }

    private static void Run(IBufferWriter<byte> output, string sql)
    {
        Parse.Write(output, "", sql);
        Bind.WriteText(output, "", "", []);
        Execute.Write(output, "");
    }
}
