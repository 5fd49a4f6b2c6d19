using Hoop.Audit.Chain;
using Hoop.Audit.Export;
using Hoop.Contracts.Audit;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Export;

public sealed class HtmlReportTests
{
    [Fact]
    public void What_is_not_seen_is_shown_by_its_number()
    {
        var asked = new Dictionary<string, string> { ["text"] = "\u202eorders" };
        var report = new HtmlReport(new ExportContents(AuditRig.Bea, ShowsPolicies: true, asked, DateTimeOffset.UnixEpoch, [], []));
        report.Add(new SessionChain("s1").Append(EventKinds.OperationDecided, """{"text":"select 1 -- \u202e\u2066\u001b[2J\u200b\u0000 é 😀 <b>","\u202ename":"x"}""", DateTimeOffset.UnixEpoch));
        report.Rows(0, [["a\u2028b\ufeff", null]]);
        var page = report.ToString();

        foreach (var hidden in "\u202e\u2066\u001b\u200b\0\u2028\ufeff")
        {
            page.ShouldNotContain(hidden.ToString());
            page.ShouldContain($"<mark>U+{(int)hidden:X4}</mark>");
        }

        page.ShouldContain("&#128512; &lt;b&gt;");
        page.ShouldContain(AuditRig.Bea.Id);
    }
}
