using System.Text;
using Hoop.Contracts.Operations;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Sql.Tests.Understanding.Ask;

namespace Hoop.Ingress.Sql.Tests.Understanding;

public class AnalyzerTests
{
    [Fact]
    public void A_text_over_the_limit_is_not_understood_whatever_it_hides()
    {
        var analysis = new SqlAnalyzer().Analyze($"/*{new string('x', 9 * 1024 * 1024)}*/ select 1", Context());
        analysis.Error.ShouldNotBeNull().ShouldContain("limit");
        analysis.Statements.ShouldHaveSingleItem().Facts.Understood.ShouldBeFalse();
    }

    [Theory]
    [InlineData("1+", 500_000, "1")]
    [InlineData("(", 100_000, "1")]
    [InlineData("1 + ", 3_000, "1")]
    [InlineData("not ", 4_000, "true")]
    [InlineData("-", 5_000, "1")]
    public void Deep_nesting_is_answered(string repeated, int times, string end)
    {
        var sql = "delete from t where " + new StringBuilder().Insert(0, repeated, times) + end;
        Analyzer.Analyze(sql, Context()).Statements.ShouldNotBeEmpty();
        Summary(Of("select 1")).ShouldBe("plumbing");
    }

    [Fact]
    public void A_long_but_ordinary_statement_is_understood()
    {
        Summary(Of("select " + string.Join(" || ", Enumerable.Repeat("a", 400)) + " from t")).ShouldBe("select public.t | read");
        Summary(Of("select 1 from t where " + string.Join(" or ", Enumerable.Range(0, 5000).Select(i => $"a = {i}")))).ShouldBe("select public.t | read");
        Summary(Of(string.Join(" union all ", Enumerable.Repeat("select 1 from t", 300)))).ShouldBe("select public.t | read");
    }

    [Fact]
    public async Task Eight_threads_get_their_own_answers()
    {
        var analyzer = new SqlAnalyzer();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                var facts = analyzer.Analyze($"delete from t{n}_{i % 50} where id = {i % 7}", Context()).Statements[0].Facts;
                facts.Accesses.ShouldBe([new ObjectAccess("delete", "table", $"public.t{n}_{i % 50}")]);
            }
        })));
    }

    [Fact]
    public void Any_words_in_any_order_are_answered()
    {
        var random = new Random(7);
        var words = (StatementRows.Queries + StatementRows.Hidden + StatementRows.Schema).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        string[] glue = [" ", " ", " ", "\n", ";", "(", ")", "'", "\"", "--", "$$"];
        var analyzer = new SqlAnalyzer();
        for (var i = 0; i < 20_000; i++)
        {
            var sql = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => words[random.Next(words.Length)] + glue[random.Next(glue.Length)]));
            var analysis = analyzer.Analyze(sql, Context());
            analysis.Statements.ShouldNotBeEmpty();
            foreach (var s in analysis.Statements) (s.Facts.Plumbing || s.Facts.Accesses.Count > 0).ShouldBeTrue(sql);
        }
    }

    [Fact]
    public void Cut_and_spliced_statements_are_answered()
    {
        var random = new Random(11);
        var rows = StatementTests.Rows().Select(r => (string)r.Data.Item1).ToArray();
        var analyzer = new SqlAnalyzer();
        for (var i = 0; i < 5_000; i++)
        {
            var (a, b) = (rows[random.Next(rows.Length)], rows[random.Next(rows.Length)]);
            analyzer.Analyze(a[..random.Next(a.Length + 1)] + b[random.Next(b.Length + 1)..], Context()).Statements.ShouldNotBeEmpty();
        }
    }
}
