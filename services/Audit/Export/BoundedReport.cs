using Hoop.Audit.Recordings;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Export;

/// <summary>The report for people is made in memory: what would not fit is named in it and left to the files beside it.</summary>
internal sealed class BoundedReport(HtmlReport report, int most)
{
    private const string LeftOut = """{"left out":"the session's file has it"}""";

    /// <summary>Of each result.</summary>
    private const int ShownRows = 20;

    private int left = most;

    public HtmlReport Report => report;

    public void Add(JournalEvent e)
    {
        left = Math.Max(0, left - e.Payload.Length);
        report.Add(left > 0 ? e : e with { Payload = LeftOut });
    }

    /// <summary>The first of them are shown.</summary>
    public void Rows(long number, byte[] data)
    {
        if (left == 0)
            return;
        var rows = ContentStore.Rows(data);
        left = Math.Max(0, left - rows.Take(ShownRows).Sum(row => row.Sum(value => value?.Length ?? 0)));
        report.Rows(number, rows);
    }
}
