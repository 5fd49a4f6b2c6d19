using Hoop.Ingress.Tests.Protocols.Masking;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Budgets;

/// <summary>Many statements in one buffer: one flush each way for what was there, and each costs what a single one does.</summary>
public sealed class PipelineTests
{
    private const string Sql = "select id, name from orders where id = 1";

    [Theory]
    [InlineData(10_000, false)]
    [InlineData(10_000, true)]
    public async Task Ten_thousand_statements_go_in_one_write_and_their_answers_come_in_one(int count, bool extended)
    {
        var pipeline = PlayedTarget.Message(output =>
        {
            for (var i = 0; i < count; i++)
            {
                if (extended) WriteExtended(output);
                else output.WriteStringMessage(FrontendType.Query, Sql);
            }

            if (extended) output.WriteEmpty(FrontendType.Sync);
        });
        var single = PlayedTarget.Message(output => output.WriteStringMessage(FrontendType.Query, Sql));
        var seen = await RelayRig.RunAsync(
            rig =>
            {
                rig.WarmUp(single);
                rig.Exchange(pipeline);
                var (writes, before) = (rig.Target.Writes, GC.GetAllocatedBytesForCurrentThread());
                var bytes = rig.Exchange(pipeline);
                return (Writes: rig.Target.Writes - writes, Bytes: bytes, Allocated: (GC.GetAllocatedBytesForCurrentThread() - before) / (double)count, Left: rig.Session.Replies.Count);
            },
            TestMasks.WithColumns, Sql);
        // Its own buffer hands the stream one segment after another.
        seen.Writes.ShouldBeLessThanOrEqualTo(1 + pipeline.Length / 4096);
        seen.Bytes.ShouldBeGreaterThan(count * 20L);
        seen.Left.ShouldBe(0);
        seen.Allocated.ShouldBeLessThan(8_000);
    }

    [Fact]
    public async Task What_waits_for_answers_is_bounded_and_goes_on_when_they_come()
    {
        var syncs = PlayedTarget.Message(output =>
        {
            for (var i = 0; i < 200_000; i++) output.WriteEmpty(FrontendType.Sync);
        });
        var single = PlayedTarget.Message(output => output.WriteStringMessage(FrontendType.Query, Sql));
        var (bytes, left) = await RelayRig.RunAsync(
            rig =>
            {
                rig.WarmUp(single);
                var received = rig.Exchange(syncs);
                SpinWait.SpinUntil(() => (received += rig.Exchange([])) >= 200_000 * 6, TimeSpan.FromSeconds(20));
                return (received, rig.Session.Replies.Count);
            },
            null, Sql);
        bytes.ShouldBe(200_000 * 6);
        left.ShouldBe(0);
    }

    private static void WriteExtended(System.Buffers.IBufferWriter<byte> output)
    {
        Parse.Write(output, "", Sql);
        Bind.WriteText(output, "", "", []);
        Describe.Write(output, Describe.PortalKind, "");
        Execute.Write(output, "");
    }
}
