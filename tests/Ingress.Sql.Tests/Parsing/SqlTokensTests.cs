using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Parsing;

public class SqlTokensTests
{
    [Theory]
    [InlineData("select 1 /* a */", "/* a */")]
    [InlineData("select 1 -- a", "-- a")]
    [InlineData("select 1 -- a\r\n, 2 --b\n", "-- a|--b")]
    [InlineData("select '/* a */'", "")]
    [InlineData("select '--', 'it''s /* a */'", "")]
    [InlineData("select 'a\\' /* b */", "/* b */")]
    [InlineData("select E'a\\' /* b */', 1 /* c */", "/* c */")]
    [InlineData("select e'a'\n'\\' /* b */', 1 /* c */", "/* c */")]
    [InlineData("select E'a' \r\n\t'\\' /* c */' /* d */", "/* d */")]
    [InlineData("select N'a' /* b */", "/* b */")]
    [InlineData("select U&'\\0041' /* b */, U&\"/* c */\"", "/* b */")]
    [InlineData("select B'01' /* a */, x'1F' -- b", "/* a */|-- b")]
    [InlineData("select \"a\"\"/* b */\" /* c */ from t", "/* c */")]
    [InlineData("select $$ /* a */ $$ /* b */", "/* b */")]
    [InlineData("select $a$ $b$ /* a */ $$ $a$ /* b */", "/* b */")]
    [InlineData("select $1 /* a */, $2 -- b", "/* a */|-- b")]
    [InlineData("select a$b$c /* a */ from t", "/* a */")]
    [InlineData("select 1 /* a /* b */ c */ + 2", "/* a /* b */ c */")]
    [InlineData("select 2 */* a */ 3", "/* a */")]
    [InlineData("select 1 -/* a */ 1", "/* a */")]
    [InlineData("select 1--1", "--1")]
    [InlineData("select é/* ü */ from t", "/* ü */")]
    [InlineData("/**/select 1", "/**/")]
    public void Comments_are_where_the_grammar_sees_them(string sql, string comments)
    {
        var tokens = SqlTokens.Of(sql).ShouldNotBeNull();
        string.Join('|', tokens.Where(token => token.Kind == SqlTokenKind.Comment).Select(token => token.Of(sql).ToString())).ShouldBe(comments);
        Same(sql, Without(sql, tokens)).ShouldBeTrue();
    }

    [Fact]
    public void A_text_of_any_pieces_means_the_same_without_its_comments()
    {
        string[] pieces =
        [
            "'", "''", "E'", "e'\\'", "U&'", "x'1'", "\"", "$$", "$a$", "$1", "/*", "*/", "--", "-", "/", "*", "\n", " ", "a", "1", "'b'", "E'\\\\'", "/* hoop: reason=x */", ",", "é", "\\",
        ];
        var random = new Random(20261121);
        var (compared, commented) = (0, 0);
        for (var i = 0; i < 60_000; i++)
        {
            var sql = "select 1, " + string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => pieces[random.Next(pieces.Length)]));
            if (!PgParser.Parse(sql).Succeeded) continue;
            var tokens = SqlTokens.Of(sql).ShouldNotBeNull(sql);
            compared++;
            if (tokens.All(token => token.Kind != SqlTokenKind.Comment)) continue;
            commented++;
            Same(sql, Without(sql, tokens)).ShouldBeTrue(sql);
        }

        compared.ShouldBeGreaterThan(2_000);
        commented.ShouldBeGreaterThan(500);
    }

    [Theory]
    [InlineData("select 'a")]
    [InlineData("select /* a /* b */")]
    [InlineData("select $$ a")]
    [InlineData("select \"a")]
    [InlineData("select E'a\\'")]
    public void What_has_no_end_has_no_tokens(string sql) => SqlTokens.Of(sql).ShouldBeNull();

    /// <summary>Comments are as good as space, but in what ends with its line.</summary>
    static string Without(string sql, List<SqlToken> tokens)
    {
        var text = sql.ToCharArray();
        foreach (var token in tokens)
            if (token.Kind == SqlTokenKind.Comment) Array.Fill(text, ' ', token.Start, token.Length);
        return new(text);
    }

    static bool Same(string a, string b)
    {
        var (one, other) = (PgParser.Parse(a), PgParser.Parse(b));
        if (!one.Succeeded || !other.Succeeded) return false;
        using var first = JsonDocument.Parse(one.Json);
        using var second = JsonDocument.Parse(other.Json);
        return CanonicalTree.Same(first.RootElement, second.RootElement);
    }
}
