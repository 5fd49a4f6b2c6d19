using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Log;
using Hoop.Audit.Chain.Tests.Log;
using Hoop.Contracts.Audit;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Chain.Tests.Bundles;

/// <summary>A bundle whose first events are gone is intact only with a tombstone that the signed log has.</summary>
public class TombstoneTests
{
    private static readonly List<JournalEvent> Events = BundleRig.Session();

    [Fact]
    public async Task Events_that_retention_dropped_are_told_with_their_tombstone()
    {
        var log = await new LogRig(BundleRig.Key).AddHead(Events[4]).AddTombstone(Events[0], Events[2]).SignAsync();
        var result = await VerifyAsync(Events[3..], log);

        result.Ok.ShouldBeTrue(result.Message);
        result.Dropped.ShouldHaveSingleItem().ShouldBe(new DroppedRun(1, 0, 2, Events[2].Hash, "retention of 90 days, events_2026w05", LogRig.At));
    }

    [Fact]
    public async Task All_events_may_be_gone()
    {
        var log = await new LogRig(BundleRig.Key).AddHead(Events[4]).AddTombstone(Events[0], Events[4]).SignAsync();

        (await VerifyAsync([], log)).Ok.ShouldBeTrue();
    }

    [Fact]
    public async Task Two_partitions_leave_two_tombstones()
    {
        var log = await new LogRig(BundleRig.Key).AddHead(Events[4]).AddTombstone(Events[0], Events[1]).AddTombstone(Events[2], Events[3], "events_2026w06").SignAsync();

        (await VerifyAsync(Events[4..], log)).Dropped.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_tombstone_whose_drop_has_not_come_changes_nothing()
    {
        var log = await new LogRig(BundleRig.Key).AddHead(Events[4]).AddTombstone(Events[0], Events[2]).SignAsync();
        var result = await VerifyAsync(Events, log);

        result.Ok.ShouldBeTrue(result.Message);
        result.Dropped.ShouldBeEmpty();
    }

    [Fact]
    public async Task More_than_the_tombstone_says_was_removed()
    {
        var log = await new LogRig(BundleRig.Key).AddHead(Events[4]).AddTombstone(Events[0], Events[1]).SignAsync();

        (await VerifyAsync(Events[3..], log)).Message.ShouldStartWith("event 2 was removed: event 3");
        (await VerifyAsync(Events[2..4], log)).Message.ShouldStartWith("event 4 was removed from the end: the log has the session up to event 4");
    }

    [Fact]
    public async Task Part_of_what_the_tombstone_says_does_not_come_back()
    {
        var log = await new LogRig(BundleRig.Key).AddHead(Events[4]).AddTombstone(Events[0], Events[2]).SignAsync();

        (await VerifyAsync(Events[1..], log)).Message.ShouldContain("event 1 (operation.decided at 2026-01-31T12:00:01.000000Z) was added");
    }

    [Fact]
    public async Task Without_a_tombstone_it_was_removed()
    {
        var log = await new LogRig(BundleRig.Key).AddHead(Events[4]).SignAsync();

        (await VerifyAsync(Events[3..], log)).Message.ShouldStartWith("events 0 to 2 were removed: event 3");
    }

    [Fact]
    public async Task A_tombstone_of_another_session_says_nothing()
    {
        var log = await new LogRig(BundleRig.Key).AddHead(Events[4]).AddTombstone(Events[0] with { SessionId = "other" }, Events[2] with { SessionId = "other" }).SignAsync();

        var proofs = log.ProofsOf("s1") with { Entries = [.. log.ProofsOf("s1").Entries, .. log.ProofsOf("other").Entries] };
        (await BundleRig.VerifyAsync(await BundleRig.ExportAsync(Events[3..], proofs: proofs))).Message.ShouldStartWith("events 0 to 2 were removed");
        (await BundleRig.VerifyAsync(await BundleRig.ExportAsync(proofs: proofs))).Message.ShouldBe("the log's entry 1 was changed: it is not one of this session");
    }

    [Fact]
    public async Task A_tombstone_made_up_is_not_in_the_log()
    {
        var log = await new LogRig(BundleRig.Key).AddHead(Events[4]).SignAsync();
        var forged = await new LogRig(BundleRig.Key).AddHead(Events[4]).AddTombstone(Events[0], Events[2]).SignAsync();
        var proofs = forged.ProofsOf("s1") with { Head = log.ProofsOf("s1").Head };
        var result = await BundleRig.VerifyAsync(await BundleRig.ExportAsync(Events[3..], proofs: proofs));

        result.Ok.ShouldBeFalse();
        result.Message.ShouldContain("is not in the log that was signed");
    }

    [Fact]
    public async Task The_tombstone_of_a_partition_answers_for_those_before_it()
    {
        var whole = new PartitionTombstone("events_2026w05", LogRig.At, LogRig.At.AddDays(7), 1, 3, 1, Convert.ToHexStringLower(MerkleTree.EmptyRoot), "retention of 90 days", LogRig.At);
        var own = new LogEntry(LogEntry.Tombstone, "s1", 2, Events[2].Hash, 0, "retention of 90 days, events_2026w05", LogRig.At).ToLeaf();
        var forged = await new LogRig(BundleRig.Key).Add(own, whole.ToLeaf()).SignAsync();
        var (log, problem) = await CheckpointLog.ReadAsync(forged.Kept(), new KeyRing(Convert.ToBase64String(BundleRig.Key.ExportSubjectPublicKeyInfo())));

        log.ShouldBeNull();
        problem.ShouldBe("the tombstone of partition events_2026w05 (entry 1) was changed: its root is not that of the 1 tombstones before it");
    }

    [Fact]
    public void A_tombstone_has_one_form()
    {
        var text = new PartitionTombstone("events_2026w05", LogRig.At, LogRig.At.AddDays(7), 1, 3, 1, new string('a', 64), "retention of 90 days", LogRig.At).Text();
        PartitionTombstone.Read(text).ShouldNotBeNull().Text().ShouldBe(text);
        for (var i = 0; i < text.Length; i++)
            PartitionTombstone.Read(text[..i] + " " + text[i..])?.Text().ShouldNotBe(text, $"a blank at {i}");
        LogEntry.Read(text).ShouldBeNull();
    }

    private static async Task<VerifyResult> VerifyAsync(IEnumerable<JournalEvent> events, LogRig log) =>
        await BundleRig.VerifyAsync(await BundleRig.ExportAsync(events, proofs: log.ProofsOf("s1")));
}
