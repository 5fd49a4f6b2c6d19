using Hoop.Contracts.Audit;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Chain.Tests;

public sealed class EventBatchTests
{
    private static List<JournalEvent> Session(int count)
    {
        var chain = new SessionChain("s\u00e9");
        return [.. Enumerable.Range(0, count).Select(i => chain.Append("operation.decided", $$"""{"n":{{i}},"text":"{{new string('\u2603', i)}}"}""", DateTimeOffset.UnixEpoch.AddSeconds(i)))];
    }

    [Fact]
    public void Events_come_back_as_they_were()
    {
        var events = Session(50);
        EventBatch.Read(EventBatch.Of(events)).Select(e => e.ToEvent()).ShouldBe(events);
        EventBatch.Read(ReadOnlyMemory<byte>.Empty).ShouldBeEmpty();
    }

    [Fact]
    public void A_batch_that_is_cut_short_anywhere_is_no_batch()
    {
        var whole = EventBatch.Of(Session(2));
        var first = EventBatch.Of(Session(1)).Length;
        for (var length = 1; length < whole.Length; length++)
        {
            if (length != first)
                Should.Throw<InvalidDataException>(() => EventBatch.Read(whole.AsMemory(0, length)));
        }
    }

    [Fact]
    public void Lengths_that_lie_are_refused()
    {
        foreach (var lie in (int[])[-1, 0, 31, int.MaxValue, int.MinValue])
        {
            var batch = EventBatch.Of(Session(1));
            BitConverter.TryWriteBytes(batch, lie);
            Should.Throw<InvalidDataException>(() => EventBatch.Read(batch));
        }
    }
}
