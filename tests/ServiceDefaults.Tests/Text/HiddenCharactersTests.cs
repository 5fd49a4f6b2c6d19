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

    [Fact]
    public void Half_a_character_is_none() => HiddenCharacters.Split("half \ud83d").ShouldBe([("half ", false), ("U+D83D", true)]);
}
