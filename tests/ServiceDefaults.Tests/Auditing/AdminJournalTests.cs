using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults.Auditing;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.ServiceDefaults.Tests.Auditing;

public sealed class AdminJournalTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("hoop-admin-").FullName;

    [Fact]
    public void What_was_begun_and_never_ended_is_unknown_after_a_restart()
    {
        using (var first = new AdminJournal(directory))
        {
            Audit(first).Begin("policy.activate", by: null).End(AdminOutcomes.Done);
            Audit(first).Begin("hold.place", by: null);
        }

        using var second = new AdminJournal(directory);
        second.Waiting.Select(a => (a.Kind, a.Outcome)).ShouldBe([("policy.activate", "done"), ("hold.place", "unknown")]);
    }

    [Fact]
    public void What_Audit_confirmed_is_gone_and_the_rest_stays()
    {
        using (var journal = new AdminJournal(directory))
        {
            Audit(journal).Record("a.b", AdminOutcomes.Refused, by: null);
            Audit(journal).Record("c.d", AdminOutcomes.Refused, by: null);
            journal.Confirm(journal.Waiting.Take(1));
            journal.Waiting.Single().Kind.ShouldBe("c.d");
            journal.Confirm(journal.Waiting);
        }

        new FileInfo(Directory.GetFiles(directory).Single()).Length.ShouldBe(0);
    }

    [Fact]
    public void A_torn_last_line_costs_nothing_that_was_promised()
    {
        using (var journal = new AdminJournal(directory))
            Audit(journal).Record("a.b", AdminOutcomes.Refused, by: null);
        File.AppendAllText(Directory.GetFiles(directory).Single(), """{"Id":"0199""");

        using var after = new AdminJournal(directory);
        after.Waiting.Single().Kind.ShouldBe("a.b");
    }

    [Fact]
    public void A_restart_writes_nothing_anew_and_goes_on_behind_the_last_whole_line()
    {
        using (var journal = new AdminJournal(directory))
        {
            Audit(journal).Begin("a.b", by: null).End(AdminOutcomes.Done);
            Audit(journal).Begin("c.d", by: null);
        }

        var file = Directory.GetFiles(directory).Single();
        var before = File.ReadAllText(file);
        File.AppendAllText(file, new string('x', 5000));

        new AdminJournal(directory).Dispose();
        File.ReadAllText(file).ShouldBe(before);
        using (var after = new AdminJournal(directory))
            Audit(after).Record("e.f", AdminOutcomes.Refused, by: null);

        using var last = new AdminJournal(directory);
        last.Waiting.Select(a => (a.Kind, a.Outcome)).ShouldBe([("a.b", "done"), ("c.d", "unknown"), ("e.f", "refused")]);
    }

    [Fact]
    public void What_was_done_when_the_disk_filled_up_is_answered_and_told_as_done()
    {
        using var journal = new AdminJournal(directory);
        var attempt = Audit(journal).Begin("a.b", by: null);
        FullDisk.Under(Directory.GetFiles(directory).Single());

        attempt.End(AdminOutcomes.Done);

        journal.Waiting.Single().Outcome.ShouldBe("done");
        Should.Throw<IOException>(() => Audit(journal).Begin("c.d", by: null));
        journal.Waiting.Count.ShouldBe(1);
    }

    [Fact]
    public void Two_instances_on_one_directory_have_a_file_each()
    {
        using var one = new AdminJournal(directory);
        using var other = new AdminJournal(directory);

        Directory.GetFiles(directory).Length.ShouldBe(2);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static AdminAudit Audit(AdminJournal journal) => new("tests", journal, TimeProvider.System);
}
