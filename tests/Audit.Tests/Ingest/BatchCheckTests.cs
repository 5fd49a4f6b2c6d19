using System.Security.Cryptography;
using Hoop.Audit.Chain;
using Hoop.Audit.Ingest;
using Hoop.Contracts.Audit;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Ingest;

public class BatchCheckTests
{
    private readonly List<JournalEvent> session = AuditRig.Session("s1");

    [Fact]
    public void New_events_are_accepted_in_order()
    {
        var verdict = Check(session, []);

        Accepted(verdict).ShouldBe(session);
        verdict.Refused.ShouldBeEmpty();
        verdict.Gaps.ShouldBeEmpty();
    }

    [Fact]
    public void Stored_events_are_passed_over()
    {
        var verdict = Check(session, Stored(session.Take(3)));

        Accepted(verdict).ShouldBe(session[3..]);
        verdict.Refused.ShouldBeEmpty();
    }

    [Fact]
    public void An_event_twice_in_a_batch_is_stored_once() => Accepted(Check([session[0], session[0]], [])).Count.ShouldBe(1);

    [Fact]
    public void Another_event_in_a_stored_place_is_refused()
    {
        var other = new SessionChain("s1").Append(EventKinds.SessionStarted, "{}", DateTimeOffset.UnixEpoch);

        Reason(Check([other], Stored(session))).ShouldBe("another event is stored in its place");
    }

    [Fact]
    public void An_event_that_is_not_what_its_hash_says_is_refused() =>
        Reason(Check([session[0] with { Payload = "{}" }], [])).ShouldBe("its hash does not match its content");

    [Fact]
    public void An_event_that_follows_another_one_than_the_stored_is_refused()
    {
        var forged = new SessionChain("s1", 2, new string('1', 64)).Append(EventKinds.OperationCompleted, "{}", DateTimeOffset.UnixEpoch);

        Reason(Check([forged], Stored(session.Take(2)))).ShouldBe("it does not follow the event stored before it");
    }

    [Fact]
    public void An_event_put_into_a_gap_must_fit_what_follows()
    {
        var forged = new SessionChain("s1", 1, session[0].Hash).Append(EventKinds.OperationCompleted, "{}", DateTimeOffset.UnixEpoch);

        Reason(Check([forged], Stored([session[0], session[2]]))).ShouldBe("the event stored after it does not follow it");
        Accepted(Check([session[1]], Stored([session[0], session[2]]))).ShouldBe([session[1]]);
    }

    [Fact]
    public void An_event_after_a_gap_is_kept_and_flagged()
    {
        var verdict = Check(session[2..], Stored(session.Take(1)));

        Accepted(verdict).ShouldBe(session[2..]);
        verdict.Gaps.Select(e => e.ToEvent()).ShouldBe([session[2]]);
    }

    [Fact]
    public void A_first_event_that_names_one_before_it_is_refused()
    {
        var forged = new SessionChain("s1", 0, new string('1', 64)).Append(EventKinds.SessionStarted, "{}", DateTimeOffset.UnixEpoch);

        Reason(Check([forged], [])).ShouldContain("first of its session");
    }

    [Theory]
    [InlineData("admin-2026-01-31", "k", "{}")]
    [InlineData("ADMIN-x", "k", "{}")]
    [InlineData("", "k", "{}")]
    [InlineData("s\0", "k", "{}")]
    [InlineData("s\u0085", "k", "{}")]
    [InlineData("s", "", "{}")]
    [InlineData("s", "k", "[]")]
    [InlineData("s", "k", "{\n}")]
    [InlineData("s", "k", "not json")]
    public void A_malformed_event_is_refused(string sessionId, string kind, string payload) =>
        Check([new SessionChain(sessionId).Append(kind, payload, DateTimeOffset.UnixEpoch)], []).Refused.Count.ShouldBe(1);

    [Fact]
    public void An_event_behind_which_no_other_could_be_counted_is_refused() =>
        Check([new SessionChain("s", long.MaxValue, EventHash.None).Append("k", "{}", DateTimeOffset.UnixEpoch)], []).Refused.Count.ShouldBe(1);

    [Fact]
    public void An_event_of_bytes_that_are_no_text_is_refused_for_its_hash_whoever_hashed_it()
    {
        var batch = EventBatch.Of([new SessionChain("s").Append("k", """{"text":"!"}""", DateTimeOffset.UnixEpoch)]);
        batch[batch.AsSpan().IndexOf((byte)'!')] = 0xc3;
        SHA256.HashData(batch.AsSpan(4 + 32)).CopyTo(batch, 4);

        Reason(BatchCheck.Check(SessionPart.Of(EventBatch.Read(batch)), new Dictionary<string, Dictionary<long, StoredLink>>())).ShouldBe("its hash does not match its content");
    }

    [Fact]
    public void Sessions_side_by_side_are_each_checked_by_themselves()
    {
        var other = AuditRig.Session("s2");
        var forged = new SessionChain("s2", 3, session[2].Hash).Append(EventKinds.OperationDecided, "{}", DateTimeOffset.UnixEpoch);
        List<JournalEvent> mixed = [session[0], other[0], other[1], session[1], session[2], other[2], forged, session[3]];

        var verdict = Check(mixed, []);

        verdict.Accepted.Select(s => s.Id).ShouldBe(["s1", "s2"]);
        Accepted(verdict).ShouldBe([.. session[..4], .. other[..3]]);
        var (e, reason) = verdict.Refused.ShouldHaveSingleItem();
        (e.ToEvent(), reason).ShouldBe((forged, "it does not follow the event stored before it"));
        verdict.Gaps.ShouldBeEmpty();
    }

    [Fact]
    public void A_redelivery_with_a_forged_twin_is_passed_over_and_the_twin_refused()
    {
        var twin = new SessionChain("s1", 1, session[0].Hash).Append(EventKinds.OperationDecided, "{}", DateTimeOffset.UnixEpoch);

        Reason(Check([session[0], twin, session[1]], Stored(session[..2]))).ShouldBe("another event is stored in its place");
        var verdict = Check([session[0], session[1], twin], []);
        Accepted(verdict).ShouldBe(session[..2]);
        verdict.Refused.ShouldHaveSingleItem().Reason.ShouldBe("another event is stored in its place");
    }

    [Fact]
    public void Events_that_come_in_another_order_are_stored_in_theirs()
    {
        var verdict = Check([session[2], session[0], session[1]], []);

        Accepted(verdict).ShouldBe(session[..3]);
        verdict.Gaps.Select(e => e.ToEvent()).ShouldBe([session[2]]);
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void A_name_is_as_long_as_its_characters(int length, bool valid) =>
        Check([new SessionChain(new string('\u00e9', length)).Append("k", "{}", DateTimeOffset.UnixEpoch)], []).Refused.Count.ShouldBe(valid ? 0 : 1);

    private static BatchVerdict Check(IEnumerable<JournalEvent> events, Dictionary<string, Dictionary<long, StoredLink>> stored) => BatchCheck.Check(SessionPart.Of(AuditRig.Batch(events)), stored);

    private static List<JournalEvent> Accepted(BatchVerdict verdict) => [.. verdict.Accepted.SelectMany(s => s.Events).Select(e => e.ToEvent())];

    private static Dictionary<string, Dictionary<long, StoredLink>> Stored(IEnumerable<JournalEvent> events) => SessionPart.Of(AuditRig.Batch(events))
        .ToDictionary(s => s.Id, s => s.Events.ToDictionary(e => e.Sequence, e => new StoredLink(e.Hash, e.PreviousHash)));

    private static string Reason(BatchVerdict verdict)
    {
        verdict.Accepted.ShouldBeEmpty();
        return verdict.Refused.ShouldHaveSingleItem().Reason;
    }
}
