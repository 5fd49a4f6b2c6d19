using Hoop.ServiceDefaults.Text;
using Shouldly;
using Xunit;

namespace Hoop.ServiceDefaults.Tests.Text;

public sealed class HiddenCharactersTests
{
    [Theory]
    [InlineData("psql", "psql")]
    [InlineData("é 😀\nשלום", "é 😀\nשלום")]
    [InlineData("nightly\u202e report", "nightly[U+202E] report")]
    [InlineData("\u001b[2Jx\u0000", "[U+001B][2Jx[U+0000]")]
    [InlineData("a\u200bb\u2066\U000E0041", "a[U+200B]b[U+2066][U+E0041]")]
    [InlineData("a -- b\r or c\r\nd\r", "a -- b[U+000D] or c\r\nd[U+000D]")]
    [InlineData("", "")]
    public void What_is_not_seen_is_shown_by_its_number(string text, string expected) =>
        string.Concat(HiddenCharacters.Split(text).Select(piece => piece.Hidden ? $"[{piece.Text}]" : piece.Text)).ShouldBe(expected);

    [Theory]
    [InlineData("pl\u0430in", "pl[U+0430]in")]
    [InlineData("\uff44elete \u0441\u043e\u0440\u0435 na\u00efve", "[U+FF44]elete \u0441\u043e\u0440\u0435 na\u00efve")]
    [InlineData("\u043a\u043b\u0438\u0435\u043d\u0442_id", "\u043a\u043b\u0438\u0435\u043d\u0442_id")]
    public void A_letter_of_another_script_in_a_Latin_word_is_shown_by_its_number(string text, string expected) => What_is_not_seen_is_shown_by_its_number(text, expected);

    [Theory]
    [InlineData("\n", 400, "[399 empty lines]")]
    [InlineData("\r\n  ", 20, "[19 empty lines]")]
    [InlineData(" ", 3000, "[3000 blanks]")]
    [InlineData(" ", 199, null)]
    [InlineData("\n", 19, null)]
    public void What_stands_behind_many_blanks_or_empty_lines_is_not_out_of_sight(string blank, int times, string? shown)
    {
        var gap = string.Concat(Enumerable.Repeat(blank, times));
        What_is_not_seen_is_shown_by_its_number($"select 1 --{gap}; drop table t", $"select 1 --{shown ?? gap}; drop table t");
    }

    [Fact]
    public void Half_a_character_is_none() => HiddenCharacters.Split("half \ud83d").ShouldBe([("half ", false), ("U+D83D", true)]);
}
