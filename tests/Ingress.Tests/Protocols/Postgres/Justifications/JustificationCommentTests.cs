using Hoop.Contracts.Approvals;
using Hoop.Ingress.Protocols.Postgres.Justifications;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Justifications;

public class JustificationCommentTests
{
    public static TheoryData<string, string?, string?, bool> Comments => new()
    {
        { "/* hoop: reason=cleanup */ delete from t", "cleanup", null, false },
        { "delete from t /* hoop: reason=clean up old rows ticket=OPS-12 */", "clean up old rows", "OPS-12", false },
        { "delete from t -- hoop: ticket=OPS-12 reason=later", "later", "OPS-12", false },
        { "delete from t -- hoop: reason=\"a \"\"b\"\" ticket=no\" ticket='T 1'", "a \"b\" ticket=no", "T 1", false },
        { "/*hoop:emergency reason='it burns'*/ delete from t", "it burns", null, true },
        { "/* hoop: EMERGENCY=on Reason = x */ delete from t", "x", null, true },
        { "/* hoop: emergency=off reason=x */ delete from t", "x", null, false },
        { "/* hoop: reason=first */ delete from t /* hoop: reason=second ticket=2 */", "first", "2", false },
        { "/* hoop: reason=\"no end */ delete from t", "no end", null, false },
        { "/* hoop: reason= */ delete from t", null, null, false },
        { "/* hoop: something else */ delete from t", null, null, false },
        { "/* hoop: unreason=x */ delete from t", null, null, false },
        { "/* hoop: reason=two\nlines\tand\u0000more */ delete from t", "two lines and more", null, false },
        { "/* hoop: reason=\u202Ereversed\u200B */ delete from t", "reversed", null, false },
        { "delete from t where a = '/* hoop: emergency reason=x */'", null, null, false },
        { "delete from t where a = $$/* hoop: reason=x */$$", null, null, false },
        { "delete from t where a = E'\\'/* hoop: reason=x */'", null, null, false },
        { "delete from t where \"-- hoop: reason=x\" = 1", null, null, false },
        { "delete from t /* see /* hoop: reason=x */ */", null, null, false },
        { "delete from t /* not a hoop: reason=x */", null, null, false },
        { "delete from t where a = 'hoop: reason=x'", null, null, false },
        { "delete from t /* hoop: reason=x", null, null, false },
    };

    [Theory, MemberData(nameof(Comments))]
    public void A_comment_says_why(string sql, string? reason, string? ticket, bool emergency) =>
        JustificationComment.Of(sql).ShouldBe(reason is null && ticket is null && !emergency ? null : new Justification(reason, ticket, emergency));

    [Theory]
    [InlineData(500, 500)]
    [InlineData(501, 500)]
    [InlineData(200_000, 500)]
    public void A_reason_is_bounded(int given, int kept)
    {
        var said = JustificationComment.Of($"/* hoop: reason={new string('x', given)} ticket={new string('9', 300)} */ delete from t")!;
        said.Reason!.Length.ShouldBe(kept);
        said.Reason.EndsWith('…').ShouldBe(given > kept);
        said.Ticket!.Length.ShouldBe(100);
    }

    [Fact]
    public void Cutting_leaves_no_half_characters() =>
        JustificationComment.Of($"-- hoop: reason={string.Concat(Enumerable.Repeat("😀", 400))}")!.Reason!.EnumerateRunes().ShouldNotContain(System.Text.Rune.ReplacementChar);
}
