using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Parsing;

public class AnalysisCacheTests
{
    static readonly SqlContext Context = new() { Catalog = new CatalogSnapshot(), SearchPath = ["pg_catalog", "public"] };
    static readonly SqlAnalysis Answer = new([], null);

    [Fact]
    public void It_finds_the_same_text_under_the_same_names()
    {
        var cache = new AnalysisCache();
        cache.Add("select 1", Context, Answer, []);
        cache.TryGet("select 1", Context with { SearchPath = ["pg_catalog", "public"] }, out var found).ShouldBeTrue();
        found.ShouldBeSameAs(Answer);
        cache.TryGet("select 2", Context, out _).ShouldBeFalse();
        cache.TryGet("select 1", Context with { SearchPath = ["pg_catalog", "app"] }, out _).ShouldBeFalse();
        cache.TryGet("select 1", Context with { Catalog = new CatalogSnapshot() }, out _).ShouldBeFalse();
    }

    [Fact]
    public void It_never_holds_more_than_its_share()
    {
        var cache = new AnalysisCache(maxEntries: 100, maxTextBytes: 10_000);
        for (var i = 0; i < 1000; i++)
        {
            cache.Add($"select {i}", Context, Answer, []);
            cache.Count.ShouldBeLessThanOrEqualTo(100);
        }
        for (var i = 0; i < 100; i++)
        {
            cache.Add(new string('x', 500) + i, Context, Answer, []);
            cache.TextBytes.ShouldBeLessThanOrEqualTo(10_000);
        }
    }

    [Fact]
    public void What_is_in_use_stays_while_others_pass_by()
    {
        var cache = new AnalysisCache(maxEntries: 100);
        cache.Add("kept", Context, Answer, []);
        for (var i = 0; i < 1000; i++)
        {
            cache.Add($"select {i}", Context, Answer, []);
            cache.TryGet("kept", Context, out _).ShouldBeTrue();
        }
    }

    [Fact]
    public void Large_texts_pass_it_by()
    {
        var cache = new AnalysisCache();
        cache.Add(new string('x', 64 * 1024), Context, Answer, []);
        cache.Count.ShouldBe(0);
    }

    [Fact]
    public void A_session_with_a_temporary_table_of_that_name_asks_anew()
    {
        var cache = new AnalysisCache();
        cache.Add("select * from t", Context, Answer, ["t"]);
        cache.TryGet("select * from t", Context with { IsTemporary = name => name == "t" }, out _).ShouldBeFalse();
        cache.TryGet("select * from t", Context, out _).ShouldBeTrue();
    }
}
