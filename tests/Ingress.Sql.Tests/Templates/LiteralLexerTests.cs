using System.Text;
using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Templates;
using Hoop.Ingress.Sql.Tests.Understanding;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Templates;

public class LiteralLexerTests
{
    const string LeftAlone = "left alone";

    [Theory]
    [InlineData("select abalance from pgbench_accounts where aid = 4711;", "4711")]
    [InlineData("update t set a = a + -1234 where b=-5 and c=5-1", "1234 5 5 1")]
    [InlineData("select 1.5, 0.25, 007, 2147483647, 2147483648", "1.5# 0.25# 007 2147483647 2147483648#")]
    [InlineData("select 'a', '', 'it''s', '''', 'a--b', '/*', 'ä$$\"'", "'a' '' 'it''s' '''' 'a--b' '/*' 'ä$$\"'")]
    [InlineData("select a1, \"b 2 'x'\", \"c\"\"3\", t_4, ä5, f$6 from x7", "")]
    [InlineData("select $1, $22::int4, x[1:2], y->'k'->>3", "1 2 'k' 3")]
    [InlineData("select 1 -- 2 'x\n, 3 /* 4 /* '5 */ \" */ , 6--7", "1 3 6")]
    [InlineData("select 1--2\r,3", "1 3")]
    [InlineData("select 1-/*2*/-3, 4*/*5*/6, 7@-8", "1 3 4 6 7 8")]
    [InlineData("select date'2020-01-01', int4 '5', ab'c'", "'2020-01-01' '5' 'c'")]
    [InlineData("select 'a' 1, 'b'::text, 'c'x", "'a' 1 'b' 'c'")]
    [InlineData("select e , x, u & 'a', u&b, n+'c'", "'a' 'c'")]
    [InlineData("select '\t\n', 1\f,\t2", "'\t\n' 1 2")]
    public void It_finds_numbers_and_plain_strings(string sql, string expected) => Find(sql).ShouldBe(expected);

    [Theory]
    [InlineData("select e'a'")]
    [InlineData("select E'a'")]
    [InlineData("select b'1'")]
    [InlineData("select X'1f'")]
    [InlineData("select n'a'")]
    [InlineData("select u&'a'")]
    [InlineData("select U&\"a\"")]
    [InlineData("select $$a$$")]
    [InlineData("select $a$1$a$")]
    [InlineData("select $")]
    [InlineData("select $1a")]
    [InlineData("select 'a' 'b'")]
    [InlineData("select 'a'\n'b'")]
    [InlineData("select 'a' -- x\n 'b'")]
    [InlineData("select 'a' /* x */ 'b'")]
    [InlineData("select 'a\\'")]
    [InlineData("select 'a\\'' from t where b = 'c'")]
    [InlineData("select 'a")]
    [InlineData("select 'a''")]
    [InlineData("select \"a")]
    [InlineData("select 1 /* /* */")]
    [InlineData("select 1e5")]
    [InlineData("select 1.5e-5")]
    [InlineData("select 1.")]
    [InlineData("select 1.e5")]
    [InlineData("select .5")]
    [InlineData("select t.5")]
    [InlineData("select 1..5")]
    [InlineData("select 1.5.5")]
    [InlineData("select 0x1f")]
    [InlineData("select 1_000")]
    [InlineData("select 123abc")]
    [InlineData("select 1ä")]
    [InlineData("select 1$1")]
    [InlineData("select 'a\0'")]
    [InlineData("select 1\v")]
    [InlineData("select 1\\")]
    [InlineData("select {1}")]
    public void It_leaves_alone_what_is_not_plain(string sql) => Find(sql).ShouldBe(LeftAlone);

    [Fact]
    public void Strings_that_may_not_be_valid_unicode_are_left_alone()
    {
        Find("select '\ud83d'").ShouldBe(LeftAlone);
        Find("select '\ud83d\ude00'").ShouldBe(LeftAlone);
        Find("select '\ud7ff\ue000'").ShouldNotBe(LeftAlone);
    }

    [Fact]
    public void More_literals_than_worth_remembering_are_left_alone()
    {
        Find("select " + string.Join(',', Enumerable.Repeat("1", LiteralLexer.Most))).ShouldNotBe(LeftAlone);
        Find("select " + string.Join(',', Enumerable.Repeat("1", LiteralLexer.Most + 1))).ShouldBe(LeftAlone);
    }

    [Fact]
    public void What_it_finds_is_what_the_grammar_finds()
    {
        var random = new Random(31);
        string[] pieces =
        [
            "1", "23", "'a'", "''", "'it''s'", "'--'", "'/*'", "1.5", "2147483648", "\"q\"", "\"1'\"", "$1", "a", "b1", "_c", "ä", "e", "x", "u&", "n", ",", ",", ",", ",", "+", "-", "*",
            "/", "=", "<", "@", "--", "/*", "*/", "\n", " ", " ", " ", " ", "(", ")", "[", "]", "::int", "as", ".", "..", "$$", "$a$", "\\", "'", "\"", ";", "0x1", "1e5", "||", "null", "true", "^", "#",
        ];
        var compared = 0;
        for (var i = 0; i < 60_000; i++)
        {
            var sql = "select " + string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => pieces[random.Next(pieces.Length)]));
            if (Compare(sql)) compared++;
        }
        foreach (var row in StatementTests.Rows())
            if (Compare((string)row.Data.Item1)) compared++;
        compared.ShouldBeGreaterThan(500);
    }

    // Types' modifiers, array bounds and the like are numbers in the text but no constants of the tree; key words of EXTRACT the other way round.
    static bool Compare(string sql)
    {
        Span<Literal> literals = stackalloc Literal[LiteralLexer.Most];
        var count = LiteralLexer.Scan(sql, literals);
        var parsed = PgParser.Parse(sql);
        if (count < 0 || !parsed.Succeeded) return false;
        using var tree = JsonDocument.Parse(parsed.Json, new() { MaxDepth = 4096 });
        var constants = new SortedDictionary<int, string>();
        Collect(tree.RootElement, constants);
        var utf8 = Encoding.UTF8.GetBytes(sql);
        var lexed = literals[..count].ToArray();
        foreach (var (place, value) in constants)
        {
            var at = Encoding.UTF8.GetCharCount(utf8, 0, place);
            if (!char.IsAsciiDigit(sql[at]) && sql[at] is not ('\'' or '-')) continue;
            var literal = lexed.FirstOrDefault(l => l.Start >= at);
            Value(literal.Of(sql)).ShouldBe(sql[literal.Start] == '\'' ? value : value.TrimStart('-'), sql);
            sql.AsSpan(at, literal.Start - at).ContainsAnyExcept("- \n").ShouldBeFalse(sql);
        }
        return constants.Count > 0;
    }

    static string Value(ReadOnlySpan<char> literal) =>
        literal[0] == '\'' ? literal[1..^1].ToString().Replace("''", "'") : literal.Contains('.') ? literal.ToString() : literal.Length > 9 ? literal.ToString() : int.Parse(literal).ToString();

    static void Collect(JsonElement e, SortedDictionary<int, string> to)
    {
        if (e.ValueKind == JsonValueKind.Array)
            foreach (var item in e.EnumerateArray()) Collect(item, to);
        if (e.ValueKind != JsonValueKind.Object) return;
        foreach (var p in e.EnumerateObject())
        {
            if (p.Name == "A_Const" && p.Value.Number("location") is > 0 and var place && !p.Value.Flag("isnull") && p.Value.Field("boolval") is null)
                to[place] = new[] { p }.ToDictionary(static c => c.Name, static c => c.Value) is { } node && JsonSerializer.SerializeToElement(node).ConstantText() is { } text ? text : "";
            Collect(p.Value, to);
        }
    }

    static string Find(string sql)
    {
        Span<Literal> found = stackalloc Literal[LiteralLexer.Most];
        var count = LiteralLexer.Scan(sql, found);
        return count < 0 ? LeftAlone : string.Join(' ', found[..count].ToArray().Select(l => l.Of(sql).ToString() + (l.Kind == LiteralKind.Number ? "#" : "")));
    }
}
