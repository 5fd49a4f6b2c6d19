using System.Text;
using Hoop.Ingress.Sql.Templates;
using Hoop.Ingress.Sql.Tests.Understanding;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Templates;

/// <summary>Whatever literals a text has, its template says of it what the whole analysis says.</summary>
public class TemplateProperties
{
    static readonly string[] Numbers = ["0", "1", "2", "3", "5", "42", "007", "2147483647", "2147483648", "99999999999999999999", "0.0", "1.5", "1.0"];

    static readonly string[] Strings =
    [
        "", "t", "f", "true", "false", "0", "1", "%", "%%", "a%", "_", "a", "b", "''", "it''s", "ssn", "customers", "public.orders", "role", "search_path", "select 1", "delete from orders", "/etc/passwd",
        "--", "/*", "\"", "$$", ";", "ä€", "year", "{1,2}", "{1,2,3,4,5,6,7,8,9,10,11,12,13}", "null", "123-45-6789", "now", "\n", "-1",
    ];

    static readonly string[] Verbs = ["select ", "insert ", "update ", "delete ", "with "];

    [Fact]
    public void For_random_statements()
    {
        var random = new Random(20261121);
        var (asked, known) = (0, 0);
        var shapes = Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1" ? 30_000 : 600;
        for (var i = 0; i < shapes; i++)
        {
            var shape = new RandomStatements(random).Statement();
            Check(shape, random, ref asked, ref known);
        }
        // Else the test would compare nothing.
        known.ShouldBeGreaterThan(asked / 16);
    }

    [Fact]
    public void For_the_statements_of_the_other_tests()
    {
        var random = new Random(7);
        var (asked, known) = (0, 0);
        foreach (var sql in StatementTests.Rows().Select(r => (string)r.Data.Item1).Concat(InlineTexts()).Distinct())
        {
            var shape = Shape(sql);
            if (shape != sql) Check(shape, random, ref asked, ref known);
        }
        asked.ShouldBeGreaterThan(1000);
        known.ShouldBeGreaterThan(100);
    }

    /// <summary>Whatever the tests of this project hold against the analysis.</summary>
    static IEnumerable<string> InlineTexts() =>
        from type in typeof(TemplateProperties).Assembly.GetTypes()
        from method in type.GetMethods()
        from data in method.GetCustomAttributes(typeof(InlineDataAttribute), false).Cast<InlineDataAttribute>()
        from text in data.Data.OfType<string>()
        where Verbs.Any(v => text.StartsWith(v, StringComparison.OrdinalIgnoreCase))
        select text;

    /// <param name="shape">The text with <c>\1</c> for each number and <c>\2</c> for each string.</param>
    static void Check(string shape, Random random, ref int asked, ref int known)
    {
        var rig = new TemplateRig();
        var (first, second) = (Fill(shape, random), Fill(shape, random));
        rig.Learn(first, second);
        for (var j = 0; j < 6; j++)
        {
            var sql = Fill(shape, random, j < 3 ? first : second);
            asked++;
            if (rig.Knows(sql)) known++;
            rig.ShouldBeRight(sql);
        }
    }

    /// <param name="like">Most literals are taken from this text of the same shape, so that what is pinned is often as it is there.</param>
    static string Fill(string shape, Random random, string? like = null)
    {
        Span<Literal> literals = stackalloc Literal[LiteralLexer.Most];
        var count = like is null ? 0 : LiteralLexer.Scan(like, literals);
        var text = new StringBuilder();
        var (n, changed) = (0, random.Next(3) == 0 ? 2 : Math.Max(2, count));
        foreach (var c in shape)
        {
            if (c is not ('\u0001' or '\u0002'))
            {
                text.Append(c);
                continue;
            }
            var old = like is not null && n < count ? literals[n].Of(like).ToString() : null;
            n++;
            // Kinds are kept, so that the template is.
            var fresh = c == '\u0002' ? $"'{Pick(Strings, random)}'" : Number(random, old is not null && literals[n - 1].Kind == LiteralKind.Integer);
            text.Append(old is not null && random.Next(changed) > 0 ? old : fresh);
        }
        return text.ToString();
    }

    static string Number(Random random, bool integer) => integer ? Pick(Numbers[..8], random) : random.Next(3) > 0 ? Pick(Numbers[..6], random) : Pick(Numbers, random);

    static string Shape(string sql)
    {
        Span<Literal> literals = stackalloc Literal[LiteralLexer.Most];
        var count = LiteralLexer.Scan(sql, literals);
        var text = new StringBuilder();
        var from = 0;
        for (var i = 0; i < count; i++)
        {
            text.Append(sql, from, literals[i].Start - from).Append(literals[i].Kind == LiteralKind.String ? '\u0002' : '\u0001');
            from = literals[i].End;
        }
        return text.Append(sql.AsSpan(from)).ToString();
    }

    static string Pick(string[] from, Random random) => from[random.Next(from.Length)];
}
