using System.Text;
using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Parsing;

public class PgParserTests
{
    [Fact]
    public void A_statement_becomes_the_tree_of_the_server_s_grammar()
    {
        var result = PgParser.Parse("select 1; delete from t where x = $1");

        result.Error.ShouldBeNull();
        using var tree = JsonDocument.Parse(result.Json);
        var statements = tree.RootElement.GetProperty("stmts");
        statements.GetArrayLength().ShouldBe(2);
        statements[0].GetProperty("stmt").TryGetProperty("SelectStmt", out _).ShouldBeTrue();
        statements[1].GetProperty("stmt").TryGetProperty("DeleteStmt", out _).ShouldBeTrue();
    }

    [Fact]
    public void An_empty_text_has_no_statements()
    {
        using var tree = JsonDocument.Parse(PgParser.Parse(" -- nothing\n ; ").Json);
        (tree.RootElement.TryGetProperty("stmts", out var s) ? s.GetArrayLength() : 0).ShouldBe(0);
        PgParser.Parse("").Succeeded.ShouldBeTrue();
    }

    [Fact]
    public void Locations_count_bytes_of_utf8()
    {
        using var tree = JsonDocument.Parse(PgParser.Parse("select 'ä€'; select 2").Json);
        tree.RootElement.GetProperty("stmts")[1].GetProperty("stmt_location").GetInt32().ShouldBe(Encoding.UTF8.GetByteCount("select 'ä€'; "));
    }

    [Fact]
    public void A_syntax_error_says_what_and_where()
    {
        var result = PgParser.Parse("selec 1");
        result.Error.ShouldBe("syntax error at or near \"selec\"");
        result.ErrorPosition.ShouldBe(1);
        PgParser.Parse("select 1").Succeeded.ShouldBeTrue();
    }

    [Fact]
    public void Text_the_server_could_read_otherwise_is_refused()
    {
        PgParser.Parse("select '\0'").Error.ShouldNotBeNull().ShouldContain("NUL");
        PgParser.Parse("select '\ud800'").Error.ShouldNotBeNull().ShouldContain("Unicode");
    }

    [Fact]
    public void Text_over_the_limit_is_refused_unparsed()
    {
        PgParser.Parse("select 1", maxBytes: 7).Error.ShouldNotBeNull().ShouldContain("7 bytes");
        PgParser.Parse("select 'ää'", maxBytes: 12).Error.ShouldNotBeNull().ShouldContain("12 bytes");
        PgParser.Parse($"/*{new string('x', PgParser.DefaultMaxBytes)}*/ delete from t").Error.ShouldNotBeNull().ShouldContain("limit");
    }

    [Theory]
    [MemberData(nameof(Bombs))]
    public void A_text_that_exhausts_the_sandbox_is_an_error_and_the_next_one_parses(string name, string sql)
    {
        name.ShouldNotBeEmpty();
        PgParser.Parse(sql, maxBytes: 16 * 1024 * 1024).Error.ShouldNotBeNull().ShouldMatch("too deeply|memory exhausted");
        PgParser.Parse("select 1").Succeeded.ShouldBeTrue();
    }

    public static TheoryData<string, string> Bombs => new()
    {
        { "a million additions", "select " + new StringBuilder().Insert(0, "1+", 1_000_000) + "1" },
        { "nested parentheses", "select " + new string('(', 100_000) + "1" + new string(')', 100_000) },
        { "nested subqueries", new StringBuilder().Insert(0, "select (", 100_000) + "1" + new string(')', 100_000) },
        { "nested arrays", "select " + new StringBuilder().Insert(0, "array[", 100_000) + "1" + new string(']', 100_000) },
        { "nested NOT", "select " + new StringBuilder().Insert(0, "not ", 200_000) + "true" },
    };

    [Fact]
    public async Task Eight_threads_parse_side_by_side()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < 500; i++)
                {
                    PgParser.Parse($"select a{n}_{i} from t").Json.Span.IndexOf(Encoding.UTF8.GetBytes($"\"a{n}_{i}\"")).ShouldBeGreaterThan(0);
                    PgParser.Parse($"select from from {n}").Succeeded.ShouldBeFalse();
                    if (i == 250) PgParser.Parse("select " + new string('(', 50_000)).Succeeded.ShouldBeFalse();
                }
            }, TaskCreationOptions.LongRunning)));
    }

    [Fact]
    public async Task A_thread_with_a_small_stack_survives_deep_nesting()
    {
        var done = new TaskCompletionSource<PgParseResult>();
        new Thread(() => done.SetResult(PgParser.Parse((string)Bombs.First().Data.Item2, maxBytes: 16 * 1024 * 1024)), maxStackSize: 512 * 1024).Start();
        (await done.Task).Succeeded.ShouldBeFalse();
    }

    [Fact]
    public void Any_bytes_are_answered()
    {
        var random = new Random(20240229);
        string[] words = ["select", "from", "(", ")", "'", "\"", "$$", "--", "/*", "*/", ";", "delete", "with", "as", "e'\\", "u&\"", "1", ",", "x", " ", "\n", "$1", "::", "é", "\u0001"];
        for (var i = 0; i < 20_000; i++)
        {
            var sql = i % 2 == 0
                ? Encoding.Latin1.GetString(Enumerable.Range(0, random.Next(40)).Select(_ => (byte)random.Next(1, 256)).ToArray())
                : string.Join(random.Next(2) == 0 ? " " : "", Enumerable.Range(0, random.Next(20)).Select(_ => words[random.Next(words.Length)]));
            PgParser.Parse(sql).ShouldNotBeNull();
        }
        PgParser.Parse("select 1").Succeeded.ShouldBeTrue();
    }
}
