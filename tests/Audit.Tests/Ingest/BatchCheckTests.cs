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
        var verdict = BatchCheck.Check(session, []);

        verdict.Accepted.ShouldBe(session);
        verdict.Refused.ShouldBeEmpty();
        verdict.Gaps.ShouldBeEmpty();
    }

    [Fact]
    public void Stored_events_are_passed_over()
    {
        var verdict = BatchCheck.Check(session, Stored(session.Take(3)));

        verdict.Accepted.ShouldBe(session[3..]);
        verdict.Refused.ShouldBeEmpty();
    }

    [Fact]
    public void An_event_twice_in_a_batch_is_stored_once() => BatchCheck.Check([session[0], session[0]], []).Accepted.Count.ShouldBe(1);

    [Fact]
    public void Another_event_in_a_stored_place_is_refused()
    {
        var other = new SessionChain("s1").Append(EventKinds.SessionStarted, "{}", DateTimeOffset.UnixEpoch);

        Reason(BatchCheck.Check([other], Stored(session))).ShouldBe("another event is stored in its place");
    }

    [Fact]
    public void An_event_that_is_not_what_its_hash_says_is_refused() =>
        Reason(BatchCheck.Check([session[0] with { Payload = "{}" }], [])).ShouldBe("its hash does not match its content");

    [Fact]
    public void An_event_that_follows_another_one_than_the_stored_is_refused()
    {
        var forged = new SessionChain("s1", 2, new string('1', 64)).Append(EventKinds.OperationCompleted, "{}", DateTimeOffset.UnixEpoch);

        Reason(BatchCheck.Check([forged], Stored(session.Take(2)))).ShouldBe("it does not follow the event stored before it");
    }

    [Fact]
    public void An_event_put_into_a_gap_must_fit_what_follows()
    {
        var forged = new SessionChain("s1", 1, session[0].Hash).Append(EventKinds.OperationCompleted, "{}", DateTimeOffset.UnixEpoch);

        Reason(BatchCheck.Check([forged], Stored([session[0], session[2]]))).ShouldBe("the event stored after it does not follow it");
        BatchCheck.Check([session[1]], Stored([session[0], session[2]])).Accepted.ShouldBe([session[1]]);
    }

    [Fact]
    public void An_event_after_a_gap_is_kept_and_flagged()
    {
        var verdict = BatchCheck.Check(session[2..], Stored(session.Take(1)));

        verdict.Accepted.ShouldBe(session[2..]);
        verdict.Gaps.ShouldBe([session[2]]);
    }

    [Fact]
    public void A_first_event_that_names_one_before_it_is_refused()
    {
        var forged = new SessionChain("s1", 0, new string('1', 64)).Append(EventKinds.SessionStarted, "{}", DateTimeOffset.UnixEpoch);

        Reason(BatchCheck.Check([forged], [])).ShouldContain("first of its session");
    }

    [Theory]
    [InlineData("admin-2026-01-31", "k", "{}")]
    [InlineData("ADMIN-x", "k", "{}")]
    [InlineData("", "k", "{}")]
    [InlineData("s\0", "k", "{}")]
    [InlineData("s", "", "{}")]
    [InlineData("s", "k", "[]")]
    [InlineData("s", "k", "{\n}")]
    [InlineData("s", "k", "not json")]
    public void A_malformed_event_is_refused(string sessionId, string kind, string payload) =>
        BatchCheck.Check([new SessionChain(sessionId).Append(kind, payload, DateTimeOffset.UnixEpoch)], []).Refused.Count.ShouldBe(1);

    [Fact]
    public void An_event_behind_which_no_other_could_be_counted_is_refused() =>
        BatchCheck.Check([new SessionChain("s", long.MaxValue, EventHash.None).Append("k", "{}", DateTimeOffset.UnixEpoch)], []).Refused.Count.ShouldBe(1);

    private static Dictionary<(string, long), StoredLink> Stored(IEnumerable<JournalEvent> events) =>
        events.ToDictionary(e => (e.SessionId, e.Sequence), e => new StoredLink(e.Hash, e.PreviousHash));

    private static string Reason(BatchVerdict verdict)
    {
        verdict.Accepted.ShouldBeEmpty();
        return verdict.Refused.ShouldHaveSingleItem().Reason;
    }
}
