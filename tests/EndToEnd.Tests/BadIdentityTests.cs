using Hoop.EndToEnd.Tests.Support;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests;

/// <summary>Tokens of a trusted issuer that must not be accepted all the same, and a target that is not there.</summary>
[Collection(FaultCollection.Name)]
public sealed class BadIdentityTests(FaultSystem hoop)
{
    [Fact]
    public async Task A_second_issuers_good_token_is_accepted()
    {
        await hoop.ReadsAsync();
        (await hoop.PsqlAsync("select 'in'", password: hoop.Issuer.Token())).Output.ShouldContain("in");
    }

    [Theory]
    [InlineData("""{"exp": 1700000000}""", "expired at 2023-11-14")]
    [InlineData("""{"aud": "payroll"}""", "another audience")]
    [InlineData("""{"sub": null}""", "no subject")]
    public async Task A_bad_token_is_refused_in_one_clear_line(string changes, string said)
    {
        await hoop.ReadsAsync();
        var token = hoop.Issuer.Token(System.Text.Json.JsonSerializer.Deserialize<object>(changes));
        var result = await hoop.PsqlAsync("select 1", password: token);

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain(said);
        result.All.ShouldNotContain("   at ");
        result.All.ShouldNotContain(token);
    }

    [Fact]
    public async Task Somebody_in_no_group_opens_nothing()
    {
        await hoop.ReadsAsync();
        var result = await hoop.PsqlAsync("select 1", password: hoop.Issuer.Token(new { groups = Array.Empty<string>() }));
        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("not open to");
    }

    [Fact]
    public async Task A_target_that_is_down_is_said_in_one_line()
    {
        await hoop.ReadsAsync();
        var result = await hoop.PsqlAsync("select 1", target: "down");
        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("down");
        result.All.ShouldNotContain("   at ");
        result.All.ShouldNotContain("SHOP_PASSWORD");
    }
}
