using System.Buffers;
using System.Text;
using Hoop.Contracts.Audit;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Chain.Tests;

public class EventBufferTests
{
    private static readonly DateTimeOffset At = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero).AddTicks(17);

    private readonly EventBuffer buffer = new();

    [Theory]
    [InlineData("s1", "{}")]
    [InlineData("s-ü", """{"text":"select 'é€😀'"}""")]
    public void An_event_made_in_place_is_the_one_that_a_chain_makes(string session, string payload)
    {
        var chain = new SessionChain(session);
        var first = chain.Append(EventKinds.SessionStarted, payload, At);
        var second = chain.Append(EventKinds.OperationDecided, payload, At);

        Make(session, 0, EventKinds.SessionStarted, payload, new byte[32]).ShouldBe(first);
        Make(session, 1, EventKinds.OperationDecided, payload, Convert.FromHexString(first.Hash)).ShouldBe(second);
        EventHash.Matches(second).ShouldBeTrue();
    }

    [Fact]
    public void A_payload_of_any_size_fits_and_leaves_no_trace_in_the_next()
    {
        var large = $$"""{"text":"{{new string('x', 3_000_000)}}"}""";
        Make("s1", 0, "k", large, new byte[32]).Payload.ShouldBe(large);
        Make("s1", 1, "k", "{}", new byte[32]).ShouldBe(new SessionChain("s1", 1).Append("k", "{}", At));
    }

    [Fact]
    public void Nothing_is_allocated_per_event()
    {
        byte[] hash = new byte[32], payload = Encoding.UTF8.GetBytes("""{"text":"select 1"}""");
        for (var i = 0; i < 10; i++) Make(i);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Make(i);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Make(int number)
        {
            buffer.Begin("s1", number, EventKinds.OperationDecided, At);
            buffer.Write(payload);
            buffer.End(hash).Hash.CopyTo(hash);
        }
    }

    private JournalEvent Make(string session, long sequence, string kind, string payload, byte[] previous)
    {
        buffer.Begin(session, sequence, kind, At);
        buffer.Write(Encoding.UTF8.GetBytes(payload));
        return buffer.End(previous).ToEvent();
    }
}
