using System.Text;
using Shouldly;
using Xunit;

namespace Hoop.Policy.Engine.Tests.Document;

public sealed class HostileYamlTests
{
    private static YamlError Refused(string yaml) => HoopYaml.Read(yaml).Errors.ShouldHaveSingleItem();

    [Fact]
    public void Aliases_are_refused() =>
        Refused("version: 1\na: &x [1]\nb: [*x, *x]").Message.ShouldBe("YAML anchors (&name) are not supported; write the value where it is used");

    [Fact]
    public void A_glob_without_quotes_is_explained()
    {
        Refused("version: 1\npolicies:\n- { name: p, targets: [*] }").ShouldSatisfyAllConditions(
            e => e.Line.ShouldBe(3), e => e.Message.ShouldBe("a text that begins with * needs quotes in YAML, such as \"*\" or \"*.orders\""));
        Refused("version: 1\npolicies:\n- { name: p, objects: [*.orders] }").Message.ShouldContain("quotes");
    }

    [Fact]
    public void Tags_are_refused() => Refused("version: !!int 1").Message.ShouldStartWith("YAML tags");

    [Fact]
    public void A_second_document_is_refused() => Refused("version: 1\n---\nversion: 1").Line.ShouldBe(2);

    [Fact]
    public void A_document_over_one_mebibyte_is_refused() =>
        Refused("version: 1\n#" + new string('é', 512 * 1024)).Message.ShouldStartWith("the document is larger than 1 MiB");

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("'")]
    [InlineData("\"")]
    [InlineData("a: |\n")]
    public void Deep_nesting_is_refused_in_good_time(string unit)
    {
        var text = new StringBuilder("version: 1\na: \n  ");
        while (text.Length < 900_000) text.Append(unit);
        HoopYaml.Read(text.ToString()).Errors.ShouldNotBeEmpty();
    }

    [Fact]
    public void Many_values_are_refused() =>
        Refused("version: 1\nroles: [" + string.Concat(Enumerable.Repeat("a,", 150_000)) + "]").Message.ShouldContain("100000");

    [Theory]
    [InlineData("version: 1\n  roles: x: y")]
    [InlineData("version: 1\nroles: {")]
    [InlineData("version: 1\n\troles: a")]
    [InlineData("\u0000")]
    [InlineData("%YAML 9.9\n---\na")]
    public void Text_that_is_not_yaml_is_one_error_with_its_place(string yaml)
    {
        var error = HoopYaml.Read(yaml).Errors.ShouldHaveSingleItem();
        error.Line.ShouldBeGreaterThan(0);
        error.Message.ShouldNotContain('\n');
    }

    [Fact]
    public void Keys_from_the_document_are_shown_on_one_line_and_short() =>
        HoopYaml.Read("version: 1\n\"a\\nb" + new string('x', 500) + "\": 1").Errors.ShouldHaveSingleItem().Message.Length.ShouldBeLessThan(200);

    [Fact]
    public void Random_text_never_throws()
    {
        const string alphabet = "version: 1\n[]{},-*&!|>'\"#%@`?~\t abc\u0085\uD83D";
        var random = new Random(20240229);
        for (var round = 0; round < 3000; round++)
        {
            var text = string.Create(random.Next(1, 120), random, static (span, r) =>
            {
                foreach (ref var c in span) c = alphabet[r.Next(alphabet.Length)];
            });
            Should.NotThrow(() => HoopYaml.Read("version: 1\n" + text), text);
        }
    }

    [Fact]
    public void Every_prefix_of_a_document_is_read_or_refused_without_throwing()
    {
        for (var length = 0; length < Samples.Whole.Length; length++)
            Should.NotThrow(() => HoopYaml.Read(Samples.Whole[..length]));
    }
}
