using System.Buffers;
using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Journal;

public sealed class FileJournalTests : IDisposable
{
    private readonly JournalRig rig = new();

    [Fact]
    public async Task Events_are_in_the_file_when_written_is_promised()
    {
        rig.Open();
        var session = rig.Session("s1");
        await session.AppendAsync(EventKinds.SessionStarted, """{"target":"shop"}""", Durability.Written);
        await session.AppendAsync(EventKinds.OperationDecided, """{"text":"select 'é€😀'"}""", Durability.Written);

        rig.Events().Select(e => (e.Sequence, e.Kind, e.Payload)).ShouldBe(
            [(0, "session.started", """{"target":"shop"}"""), (1, "operation.decided", """{"text":"select 'é€😀'"}""")]);
        JournalRig.IsChained(rig.Events()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_written_event_needs_no_thread_hop()
    {
        rig.Open();
        var append = rig.Session("s1").AppendAsync(EventKinds.SessionStarted, "{}", Durability.Written);

        append.IsCompletedSuccessfully.ShouldBeTrue();
        await append;
    }

    [Fact]
    public async Task A_synced_event_is_on_the_disk()
    {
        rig.Open();
        await rig.Session("s1").AppendAsync(EventKinds.SessionStarted, "{}", Durability.Synced);

        rig.Journal.Segments().Single().Synced.ShouldBe(rig.Journal.Segments().Single().Written);
    }

    [Fact]
    public async Task A_written_event_reaches_the_disk_without_being_asked()
    {
        rig.Open();
        await rig.Session("s1").AppendAsync(EventKinds.SessionStarted, "{}", Durability.Written);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (rig.Journal.Segments().Single() is var segment && segment.Synced < segment.Written)
            await rig.Journal.Changed.WaitAsync(limit.Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Many_sessions_at_once_keep_their_order_and_lose_nothing(bool mapped)
    {
        rig.Open(rig.Options(segment: 64 << 10, map: mapped));
        await Task.WhenAll(Enumerable.Range(0, 32).Select(s => Task.Run(async () =>
        {
            var session = rig.Session($"s{s}");
            await session.AppendAsync(EventKinds.SessionStarted, "{}", Durability.Written);
            for (var i = 0; i < 60; i++)
                await session.AppendAsync(EventKinds.OperationDecided, $$"""{"operation":{{i}}}""", i % 4 == 0 ? Durability.Synced : Durability.Written);
            await session.AppendAsync(EventKinds.SessionEnded, "{}", Durability.Synced);
        })));

        var events = rig.Events();
        events.Count.ShouldBe(32 * 62);
        JournalRig.IsChained(events).ShouldBeTrue();
        rig.Files().Length.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_full_journal_refuses_operations_and_still_closes_sessions()
    {
        rig.Open(rig.Options(max: 256 << 10, reserve: 64 << 10, segment: 64 << 10));
        var session = rig.Session("s1");
        await session.AppendAsync(EventKinds.SessionStarted, "{}", Durability.Written);
        var payload = $$"""{"text":"{{new string('x', 4000)}}"}""";
        var taken = 0;
        var refusal = await Should.ThrowAsync<JournalUnavailableException>(async () =>
        {
            for (; taken < 1000; taken++)
                await session.AppendAsync(EventKinds.OperationDecided, payload, Durability.Written);
        });

        refusal.Message.ShouldStartWith("The journal is full");
        refusal.Full.ShouldBeTrue();
        rig.Journal.Trouble.ShouldBeNull();   // A smaller event would still fit; this one did not.
        await session.AppendAsync(EventKinds.OperationCompleted, payload, Durability.Synced);
        await session.AppendAsync(EventKinds.HoldResolved, payload, Durability.Synced);
        await session.AppendAsync(EventKinds.SessionEnded, """{"cause":"journal full"}""", Durability.Synced);
        rig.Events().Count.ShouldBe(1 + taken + 3);
        JournalRig.IsChained(rig.Events()).ShouldBeTrue();
    }

    [Fact]
    public async Task The_reserve_is_not_endless_either()
    {
        rig.Open(rig.Options(max: 256 << 10, reserve: 64 << 10, segment: 64 << 10));
        var session = rig.Session("s1");
        await session.AppendAsync(EventKinds.SessionStarted, "{}", Durability.Written);
        await Should.ThrowAsync<JournalUnavailableException>(async () =>
        {
            while (true)
                await session.AppendAsync(EventKinds.OperationCompleted, $$"""{"text":"{{new string('x', 4000)}}"}""", Durability.Written);
        });

        rig.Journal.Segments().Sum(segment => segment.Written).ShouldBeLessThanOrEqualTo(256 << 10);
    }

    [Fact]
    public async Task A_full_disk_is_noticed_at_once_and_the_reserve_ends_open_sessions()
    {
        rig.Open();
        await rig.Session("s1").AppendAsync(EventKinds.SessionStarted, "{}", Durability.Synced);
        rig.Close();

        // No disk has room for a segment of 8 TiB.
        rig.Open(rig.Options(segment: 8L << 40, max: 1L << 50));
        JournalRig.IsChained(rig.Events()).ShouldBeTrue();
        rig.Events()[^1].ShouldSatisfyAllConditions(e => e.Kind.ShouldBe(EventKinds.SessionEnded), e => e.Payload.ShouldBe("""{"cause":"crash"}"""));
        (await Should.ThrowAsync<JournalUnavailableException>(async () => await rig.Session("s2").AppendAsync(EventKinds.SessionStarted, "{}", Durability.Written))).Full.ShouldBeFalse();
        rig.Journal.Trouble.ShouldNotBeNull().ShouldContain("disk is full");
    }

    [Theory]
    [InlineData(-400)]
    [InlineData(4000)]
    public async Task A_clock_that_jumps_in_the_middle_of_a_session_breaks_no_chain(int days)
    {
        rig.Open();
        var clock = new ManualClock();
        var session = new SessionJournal("s1", rig.Journal, clock);
        await session.AppendAsync(EventKinds.SessionStarted, "{}", Durability.Synced);
        clock.Advance(TimeSpan.FromDays(days));
        await session.AppendAsync(EventKinds.OperationDecided, "{}", Durability.Synced);
        rig.Close();

        rig.Open();
        JournalRig.IsChained(rig.Events()).ShouldBeTrue();
        rig.Events().Select(e => e.Kind).ShouldBe([EventKinds.SessionStarted, EventKinds.OperationDecided, EventKinds.SessionEnded]);
    }

    [Fact]
    public void An_event_that_does_not_follow_its_session_is_refused()
    {
        rig.Open();
        var chain = new SessionChain("s1");
        var first = chain.Append(EventKinds.SessionStarted, "{}", DateTimeOffset.UnixEpoch);
        chain.Append(EventKinds.OperationDecided, "{}", DateTimeOffset.UnixEpoch);
        var third = chain.Append(EventKinds.OperationCompleted, "{}", DateTimeOffset.UnixEpoch);
        rig.Journal.Append(first);

        Should.Throw<JournalUnavailableException>(() => rig.Journal.Append(third));
        Should.Throw<JournalUnavailableException>(() => rig.Journal.Append(first));
        rig.Events().ShouldBe([first]);
    }

    [Fact]
    public async Task A_session_that_ended_takes_no_more_events()
    {
        rig.Open();
        var session = rig.Session("s1");
        await session.AppendAsync(EventKinds.SessionStarted, "{}", Durability.Written);
        await session.AppendAsync(EventKinds.SessionEnded, "{}", Durability.Written);

        await Should.ThrowAsync<JournalUnavailableException>(async () => await session.AppendAsync(EventKinds.OperationDecided, "{}", Durability.Written));
    }

    [Fact]
    public async Task A_segment_gives_back_the_space_it_did_not_need()
    {
        rig.Open();
        await rig.Session("s1").AppendAsync(EventKinds.SessionStarted, "{}", Durability.Synced);
        var (written, file) = (rig.Journal.Segments().Single().Written, new FileInfo(rig.Files().Single()));
        file.Length.ShouldBe(1 << 20);

        rig.Close();
        file.Refresh();
        file.Length.ShouldBe(written);
    }

    [Fact]
    public void Two_processes_can_not_share_a_journal()
    {
        rig.Open();

        Should.Throw<IOException>(() => rig.Open()).Message.ShouldContain("in use by another Ingress");
    }

    [Fact]
    public async Task A_closed_journal_refuses()
    {
        var journal = rig.Open();
        var session = rig.Session("s1");
        rig.Close();

        await Should.ThrowAsync<JournalUnavailableException>(async () => await session.AppendAsync(EventKinds.SessionStarted, "{}", Durability.Synced));
        journal.Trouble.ShouldNotBeNull();
    }

    [Fact]
    public void Appending_allocates_nothing()
    {
        rig.Open();
        var session = rig.Session("s1");
        for (var i = 0; i < 100; i++) session.Append(EventKinds.OperationDecided, i, Payload);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) session.Append(EventKinds.OperationDecided, i, Payload);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        static void Payload(EventBuffer json, in int number) => json.Write("""{"text":"select 1"}"""u8);
    }

    public void Dispose() => rig.Dispose();
}
