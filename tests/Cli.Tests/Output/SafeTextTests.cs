using Hoop.Cli.Output;
using Shouldly;
using Xunit;

namespace Hoop.Cli.Tests.Output;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("two\r\nlines\tand tab", "two lines and tab")]
    [InlineData("delete from t where id = 1 -- one\r or true\nor x", "delete from t where id = 1 -- one ⏎  or true ⏎ or x")]
    [InlineData("a\u00adb\u3164c\U000E0041d😀", "a·b·c·d😀")]
    [InlineData("\u001b]0;title\u0007 red \u009b31m", "·]0;title· red ·31m")]
    [InlineData("safe\u202egnp.exe \u200bhidden", "safe·gnp.exe ·hidden")]
    [InlineData("[red]no markup[/]", "[red]no markup[/]")]
    public void Text_from_elsewhere_cannot_steer_the_terminal(string text, string shown) => SafeText.Line(text).ShouldBe(shown);

    [Fact]
    public void Long_text_is_cut() => SafeText.Line(new string('x', 20), 10).ShouldBe("xxxxxxxxx…");

    [Fact]
    public void Lines_may_be_kept() => SafeText.Lines("a\r\nb\rc\u001b").ShouldBe("a\nb\nc·");
}
