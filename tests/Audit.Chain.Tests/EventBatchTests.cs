using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
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

    [Theory]
    [InlineData("session", "s\u00e9\ufffd")]
    [InlineData("kind", "k\ufffd")]
    [InlineData("payload", "{\"text\":\"\ufffd\"}")]
    public void Bytes_that_are_no_text_are_read_as_what_would_be_stored_and_do_not_match_the_hash_that_came_along(string where, string read)
    {
        var batch = Batch(where == "session" ? "s\u00e9!" : "s", where == "kind" ? "k!" : "k", where == "payload" ? """{"text":"!"}""" : "{}");
        batch[batch.AsSpan().IndexOf((byte)'!')] = 0xff;
        Rehash(batch);

        var e = EventBatch.Read(batch).ShouldHaveSingleItem();
        e.HashMatches().ShouldBeFalse();
        (where switch { "session" => e.SessionId, "kind" => e.Kind, _ => Encoding.UTF8.GetString(e.Payload.Span) }).ShouldBe(read);
        EventHash.Matches(e.ToEvent()).ShouldBeFalse();
    }

    [Fact]
    public void What_an_event_is_checked_as_is_what_would_be_stored()
    {
        var batch = Batch("s", "k", """{"text":"!"}""");
        var stored = new SessionChain("s").Append("k", "{\"text\":\"\ufffd\"}", DateTimeOffset.UnixEpoch);
        batch[batch.AsSpan().IndexOf((byte)'!')] = 0xff;
        Convert.FromHexString(stored.Hash).CopyTo(batch, 4);

        var e = EventBatch.Read(batch).ShouldHaveSingleItem();
        e.HashMatches().ShouldBeTrue();
        e.ToEvent().ShouldBe(stored);
        Encoding.UTF8.GetString(e.Payload.Span).ShouldBe(stored.Payload);
    }

    [Fact]
    public void A_byte_more_or_less_between_the_fields_is_no_event()
    {
        // Of the lengths of session, kind and payload, which are one byte each, the lowest byte; the magic; an event that is longer than its fields.
        var whole = Batch("s", "k", "{}");
        var form = 4 + 32;
        foreach (var place in (int[])[form, form + 16, form + 13 + 4 + 1 + 16 + 3, form + 13 + 4 + 1 + 16 + 4 + 1 + 3])
        {
            foreach (var by in (int[])[-1, 1])
            {
                var mangled = whole.ToArray();
                mangled[place] = (byte)(mangled[place] + by);
                Should.Throw<InvalidDataException>(() => EventBatch.Read(mangled), $"at {place} by {by}");
            }
        }

        byte[] longer = [.. whole, 0];
        BinaryPrimitives.WriteInt32LittleEndian(longer, longer.Length - 4);
        Should.Throw<InvalidDataException>(() => EventBatch.Read(longer));
    }

    [Fact]
    public void Hash_and_payload_are_the_bytes_that_came()
    {
        var (events, batch) = (Session(3), EventBatch.Of(Session(3)));
        foreach (var (e, read) in events.Zip(EventBatch.Read(batch)))
        {
            read.HashMatches().ShouldBeTrue();
            (read.Hash.ToString(), read.PreviousHash.ToString()).ShouldBe((e.Hash, e.PreviousHash));
            read.Payload.ToArray().ShouldBe(Encoding.UTF8.GetBytes(e.Payload));
            batch.AsSpan().Overlaps(read.Payload.Span).ShouldBeTrue();
        }
    }

    private static byte[] Batch(string session, string kind, string payload) => EventBatch.Of([new SessionChain(session).Append(kind, payload, DateTimeOffset.UnixEpoch)]);

    /// <summary>The hash of the bytes as they are now, as who forges them would write it.</summary>
    private static void Rehash(byte[] batch) => SHA256.HashData(batch.AsSpan(4 + 32)).CopyTo(batch, 4);
}
