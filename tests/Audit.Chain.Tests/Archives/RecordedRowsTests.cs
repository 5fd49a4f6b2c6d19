using Hoop.Audit.Chain.Tests.Bundles;
using Hoop.Audit.Chain.Tests.Log;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Chain.Tests.Archives;

/// <summary>An export is intact only with all that its sessions' events name, or with the tombstone of what is gone.</summary>
public class RecordedRowsTests
{
    private const string Gone = "recorded rows 0 are not there";

    [Fact]
    public async Task Rows_that_an_event_names_and_that_are_not_there_are_named()
    {
        var problems = await ArchiveRig.ProblemsAsync(await ArchiveRig.ExportAsync(rows: [1]));

        problems.ShouldBe([$"{ArchiveRig.RowsFile(0)} is missing: event 2 of the session recorded these rows"]);
    }

    [Fact]
    public async Task What_the_export_says_that_it_lacks_is_told_and_it_is_not_intact()
    {
        var problems = await ArchiveRig.ProblemsAsync(await ArchiveRig.ExportAsync(rows: [1], problems: [Gone]));

        problems.ShouldContain($"{ArchiveRig.RowsFile(0)} is missing: event 2 of the session recorded these rows");
        problems.ShouldContain($"the export says of session s1: {Gone}");
    }

    [Fact]
    public async Task Any_problem_that_it_names_is_one()
    {
        (await ArchiveRig.ProblemsAsync(await ArchiveRig.ExportAsync(problems: ["the store did not answer"]))).ShouldBe(["the export says of session s1: the store did not answer"]);
        var policy = new { version = 7, file = (string?)null, problem = "the Policy service has no such version" };
        (await ArchiveRig.ProblemsAsync(await ArchiveRig.ExportAsync(policy: policy))).ShouldBe(["the export says of its policies 7: the Policy service has no such version"]);
    }

    [Fact]
    public async Task Rows_that_no_event_names_are_found()
    {
        var events = ArchiveRig.Session()[..2];

        (await ArchiveRig.ProblemsAsync(await ArchiveRig.ExportAsync(events: events, rows: [0]))).ShouldBe([$"{ArchiveRig.RowsFile(0)} was added: no event of the session recorded such rows"]);
    }

    [Fact]
    public async Task Rows_that_retention_dropped_are_told_with_their_tombstone()
    {
        var events = ArchiveRig.Session();
        var log = await new LogRig(BundleRig.Key).AddHead(events[^1]).AddTombstone(events[0], events[1]).SignAsync();
        var results = await ArchiveRig.VerifyAsync(await ArchiveRig.ExportAsync(events: events[2..], proofs: log.ProofsOf("s1"), rows: [1], problems: [Gone]));

        results.ShouldAllBe(r => r.Result.Ok);
        results[^1].Result.Notes.ShouldBe(["session s1: recorded rows 0 were dropped with events 0 to 1 (retention of 90 days, events_2026w05), tombstone 1 of the log"]);
    }

    [Fact]
    public async Task A_tombstone_does_not_excuse_rows_of_an_operation_that_began_after_it()
    {
        var events = ArchiveRig.Session();
        var log = await new LogRig(BundleRig.Key).AddHead(events[^1]).AddTombstone(events[0], events[0]).SignAsync();
        var problems = await ArchiveRig.ProblemsAsync(await ArchiveRig.ExportAsync(events: events[1..], proofs: log.ProofsOf("s1"), rows: [1], problems: [Gone]));

        problems.ShouldContain($"{ArchiveRig.RowsFile(0)} is missing: event 2 of the session recorded these rows");
    }

    [Fact]
    public async Task A_policy_that_the_caller_may_not_read_is_told_with_its_digest()
    {
        var digest = new string('a', 64);
        var results = await ArchiveRig.VerifyAsync(await ArchiveRig.ExportAsync(policy: new { version = 7, file = (string?)null, digest }));

        results.ShouldAllBe(r => r.Result.Ok);
        results[^1].Result.Notes.ShouldBe([$"policies 7 is not in the export: whoever asked may not read it; what was in force has the SHA-256 {digest}"]);
    }
}
