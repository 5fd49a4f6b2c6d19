using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Hoop.Contracts.Audit;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Chain.Tests;

public class SessionChainTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Events_are_numbered_from_zero_and_carry_the_hash_before()
    {
        var chain = new SessionChain("s1");
        var first = chain.Append(EventKinds.SessionStarted, "{}", At);
        var second = chain.Append(EventKinds.SessionEnded, """{"cause":"client closed"}""", At);

        first.Sequence.ShouldBe(0);
        first.PreviousHash.ShouldBe(new string('0', 64));
        second.Sequence.ShouldBe(1);
        second.PreviousHash.ShouldBe(first.Hash);
        chain.HeadHash.ShouldBe(second.Hash);
    }

    [Fact]
    public void The_hash_is_the_documented_one()
    {
        var e = new SessionChain("s1").Append("session.started", """{"é":1}""", At.AddTicks(17));

        using var bytes = new MemoryStream();
        bytes.Write("hoop-event/1\n"u8);
        WriteText(bytes, "s1");
        WriteLong(bytes, 0);
        WriteLong(bytes, 1769860800000001);
        WriteText(bytes, "session.started");
        WriteText(bytes, """{"é":1}""");
        bytes.Write(new byte[32]);
        e.Hash.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray())));
    }

    [Fact]
    public void Time_is_kept_in_utc_and_whole_microseconds()
    {
        var local = new DateTimeOffset(2026, 1, 31, 13, 0, 0, TimeSpan.FromHours(1)).AddTicks(1_234_567);
        var e = new SessionChain("s1").Append("k", "{}", local);

        e.At.Offset.ShouldBe(TimeSpan.Zero);
        e.At.ShouldBe(At.AddTicks(1_234_560));
    }

    [Fact]
    public void Each_field_changes_the_hash()
    {
        var e = new SessionChain("s1").Append("kind", """{"a":1}""", At);
        JournalEvent[] changed =
        [
            e with { SessionId = "s2" }, e with { Sequence = 1 }, e with { At = At.AddMicroseconds(1) }, e with { Kind = "kinds" },
            e with { Payload = """{"a":2}""" }, e with { PreviousHash = new string('1', 64) }, e with { Hash = e.Hash.ToUpperInvariant() },
        ];

        EventHash.Matches(e).ShouldBeTrue();
        foreach (var c in changed)
            EventHash.Matches(c).ShouldBeFalse();
    }

    [Fact]
    public void Text_moved_over_a_field_boundary_is_another_event()
    {
        var a = new JournalEvent("s", 0, At, "ab", "c", EventHash.None, "");
        var b = a with { Kind = "a", Payload = "bc" };

        EventHash.Of(a).ShouldNotBe(EventHash.Of(b));
    }

    [Theory]
    [InlineData("")]
    [InlineData("zz")]
    [InlineData("gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg")]
    public void A_malformed_previous_hash_does_not_match_and_does_not_throw(string previous) =>
        EventHash.Matches(new JournalEvent("s", 0, At, "k", "{}", previous, new string('0', 64))).ShouldBeFalse();

    [Fact]
    public void The_head_moves_only_onto_the_event_that_follows()
    {
        var chain = new SessionChain("s1");
        var first = chain.Next("k", "{}", At);
        chain.NextSequence.ShouldBe(0);
        chain.Advance(first);

        Should.Throw<InvalidOperationException>(() => chain.Advance(first));
        chain.NextSequence.ShouldBe(1);
    }

    [Fact]
    public void An_interrupted_chain_goes_on()
    {
        var chain = new SessionChain("s1");
        var first = chain.Append("k", "{}", At);
        var resumed = new SessionChain("s1", 1, first.Hash);

        resumed.Append("k", "{}", At).ShouldBe(chain.Append("k", "{}", At));
    }

    [Fact]
    public void A_canonical_form_reads_back_as_the_same_event()
    {
        var e = new SessionChain("s-ü").Append("k", """{"text":"select 'é€😀'"}""", At);
        var buffer = new byte[CanonicalEvent.MaxLength(e)];
        var canonical = buffer.AsSpan(0, CanonicalEvent.Write(e, buffer));

        CanonicalEvent.TryRead(canonical, Convert.FromHexString(e.Hash), out var read).ShouldBeTrue();
        read.ShouldBe(e);
        for (var length = 0; length < canonical.Length; length++)
            CanonicalEvent.TryRead(canonical[..length], Convert.FromHexString(e.Hash), out _).ShouldBeFalse();
    }

    private static void WriteText(MemoryStream bytes, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, utf8.Length);
        bytes.Write(length);
        bytes.Write(utf8);
    }

    private static void WriteLong(MemoryStream bytes, long value)
    {
        var number = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, value);
        bytes.Write(number);
    }
}
