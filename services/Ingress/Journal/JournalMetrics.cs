using System.Diagnostics.Metrics;

namespace Hoop.Ingress.Journal;

/// <summary>Meter <c>Hoop.Ingress.Journal</c>.</summary>
internal sealed class JournalMetrics : IDisposable
{
    private readonly Meter meter = new("Hoop.Ingress.Journal");

    public JournalMetrics(FileJournal journal)
    {
        meter.CreateObservableGauge("hoop.journal.backlog", () => journal.BacklogBytes, "By", "Journal bytes that Audit has not confirmed");
        meter.CreateObservableGauge("hoop.journal.wait", () => journal.Wait.TotalSeconds, "s", "How long a statement that comes now waits because Audit does not keep up");
    }

    public void Dispose() => meter.Dispose();
}
