using Hoop.Approval.Portal.Statements;
using Hoop.Contracts.Approvals;
using Shouldly;
using Xunit;
using static Hoop.Approval.Portal.Statements.SqlTokenKind;

namespace Hoop.Approval.Tests.Portal;

public sealed class SqlLexerTests
{
    [Theory]
    [InlineData("select 'it''s' from t", "'it''s'", Text)]
    [InlineData(@"select E'a\'b' from t", @"E'a\'b'", Text)]
    [InlineData(@"select 'a\' from t", @"'a\'", Text)]
    [InlineData("select $tag$ drop $x$ $tag$ from t", "$tag$ drop $x$ $tag$", Text)]
    [InlineData("select \"drop\"\"table\" from t", "\"drop\"\"table\"", QuotedName)]
    [InlineData("select U&\"d\\0061t\" from t", "U&\"d\\0061t\"", QuotedName)]
    [InlineData("select 1 /* a /* drop */ b */ from t", "/* a /* drop */ b */", Comment)]
    [InlineData("select 1 -- drop\nfrom t", "-- drop", Comment)]
    [InlineData("select $12", "$12", Parameter)]
    [InlineData("select 1.5e3", "1.5e3", Number)]
    [InlineData("DELETE FROM t", "DELETE", Keyword)]
    [InlineData("select größe", "größe", Word)]
    [InlineData("select 'never closed", "'never closed", Text)]
    [InlineData("select /* never closed", "/* never closed", Comment)]
    public void Pieces_are_what_the_database_takes_them_for(string sql, string piece, object kind) =>
        SqlLexer.Read(sql).ShouldContain(new SqlToken((SqlTokenKind)kind, piece));

    [Fact]
    public void All_pieces_together_are_the_statement_whatever_it_is()
    {
        var random = new Random(7);
        string[] parts = ["'", "\"", "$", "$a$", "/*", "*/", "--", "\n", " ", "E'", "\\", "U&'", "drop", "1", ".", "$1", "\u202e", "é", "😀", "\ud800", "\0", "\t", "x"];
        for (var i = 0; i < 5000; i++)
        {
            var sql = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)]));
            string.Concat(SqlLexer.Read(sql).Select(token => token.Text)).ShouldBe(sql);
        }
    }

    [Theory]
    [InlineData("select 1 /* \u202e */", "\u202e")]
    [InlineData("select '\u200b'", "\u200b")]
    [InlineData("select\u00a01", "\u00a0")]
    [InlineData("select 1 -- \u2066x", "\u2066")]
    [InlineData("dro\u00adp table t", "\u00ad")]
    [InlineData("select '\U000e0041'", "\U000e0041")]
    [InlineData("select 1\u2028drop table t", "\u2028")]
    [InlineData("select 1 -- one\r or drop table t", "\r")]
    [InlineData("delete from pl\u0430in", "\u0430")]
    public void A_character_that_is_not_seen_is_shown(string sql, string hidden)
    {
        var tokens = SqlLexer.Read(sql);

        tokens.ShouldContain(new SqlToken(Hidden, hidden));
        RiskMarks.Find(tokens, ["read"]).ShouldContain(mark => mark.Effect == "hidden-character" && mark.Word.StartsWith("U+"));
    }

    [Fact]
    public void Words_that_bring_an_effect_are_marked_and_look_alikes_are_not()
    {
        var marks = RiskMarks.Find(SqlLexer.Read("-- drop\nselect 'drop table x', \"drop\" from t;\n drop table t"), ["read", "ddl", "destructive"]);

        marks.ShouldBe([new RiskMark(marks[0].Token, 3, "ddl", "DROP"), new RiskMark(marks[0].Token, 3, "destructive", "DROP")]);
    }

    [Theory]
    [InlineData("create user mapping for app server s options (host 'h')", "USER MAPPING")]
    [InlineData("create user app login", "USER")]
    [InlineData("alter group staff add user bea", "GROUP USER")]
    public void Statements_about_who_may_log_in_show_their_word(string sql, string words) =>
        string.Join(' ', RiskMarks.Find(SqlLexer.Read(sql), ["privilege"]).Select(mark => mark.Word).Distinct()).ShouldBe(words);

    [Fact]
    public void An_effect_that_the_text_does_not_show_is_said_too()
    {
        var marks = RiskMarks.Find(SqlLexer.Read("select clean_up()"), ["read", "write", "mass-write"]);

        marks.ShouldBe([new RiskMark(-1, 0, "mass-write", "")]);
    }

    [Fact]
    public void Told_places_are_shown_where_they_are_whatever_pieces_they_cut()
    {
        const string Sql = "delete from t\nwhere 1 = 1";
        StatementRisk[] risks = [new(0, 6, "write", ""), new(14, 11, "mass-write", "true for every row of t"), new(500, 3, "ddl", "")];

        var (tokens, marks) = RiskPlaces.Find(Sql, SqlLexer.Read(Sql), risks, ["read", "write", "mass-write", "network"]);

        string.Concat(tokens.Select(token => token.Text)).ShouldBe(Sql);
        string.Concat(marks.Where(mark => mark.Effect == "mass-write").Select(mark => tokens[mark.Token].Text)).ShouldBe("where 1 = 1");
        marks.Where(mark => !mark.Continued).ShouldBe(
        [
            new RiskMark(marks[0].Token, 2, "mass-write", "where 1 = 1") { Why = "true for every row of t" }, new RiskMark(0, 1, "write", "delete"), new RiskMark(-1, 0, "network", ""),
        ]);
    }
}
