using Hoop.Ingress.Sql.Tests.Lineage;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Templates;

public class HitCostTests
{
    /// <summary>A SqlAnalysis, its list of one and a SqlStatement; everything in it is shared.</summary>
    const long TemplateBytes = 120;

    [Fact]
    public void A_text_known_by_itself_costs_no_allocation() =>
        Bytes(["select name from customers where id = 1"]).ShouldBe(0);

    [Fact]
    public void A_text_known_by_its_template_costs_three_small_objects() =>
        Bytes([.. Enumerable.Range(0, 100).Select(i => $"select name from customers where id = {i}")]).ShouldBeLessThanOrEqualTo(TemplateBytes);

    [Fact]
    public void A_separator_at_the_end_costs_the_text_without_it() =>
        Bytes([.. Enumerable.Range(10, 100).Select(i => $"update customers set active = active + -{i} where id = {i};")]).ShouldBeLessThanOrEqualTo(TemplateBytes + 24 + 2 * 64);

    static long Bytes(string[] texts)
    {
        var analyzer = new SqlAnalyzer();
        var context = LineageRig.Context with { SearchPath = ["pg_catalog", "public"] };
        for (var round = 0; round < 3; round++)
            foreach (var sql in texts) analyzer.Analyze(sql, context);
        var last = texts.Length > 1 ? texts[^1] : texts[0];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) analyzer.Analyze(last, context);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
    }
}
