using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults.Auditing;
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
    public void Two_instances_on_one_directory_have_a_file_each()
    {
        using var one = new AdminJournal(directory);
        using var other = new AdminJournal(directory);

        Directory.GetFiles(directory).Length.ShouldBe(2);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static AdminAudit Audit(AdminJournal journal) => new("tests", journal, TimeProvider.System);
}
