using System.Text.Json;
using Shouldly;
using Xunit;

namespace Hoop.Cli.Tests.Commands;

public sealed class IdentityTests
{
    [Theory]
    [InlineData("reporting-agent")]
    [InlineData("bea")]
    public async Task Token_prints_only_the_token(string name)
    {
        await using var rig = await CliRig.StartAsync();
        var (code, output, error) = await rig.RunAsync("token", "--as", name);
        (code, output, error).ShouldBe((0, $"token-of-{name}{Environment.NewLine}", ""));
        JsonDocument.Parse((await rig.RunAsync("token", "--as", name, "--json")).Out).RootElement.GetProperty("expiresIn").GetInt32().ShouldBe(900);
    }

    [Fact]
    public async Task A_name_nobody_has_is_refused_with_the_names_there_are()
    {
        await using var rig = await CliRig.StartAsync();
        var (code, output, error) = await rig.RunAsync("token", "--as", "eve");
        (code, output, error.Trim()).ShouldBe((1, "", "hoop: no token for eve (grant request is invalid). The demo knows ana, bea and reporting-agent."));
    }

    [Fact]
    public async Task Without_a_name_and_token_one_is_asked_for()
    {
        await using var rig = await CliRig.StartAsync();
        var (code, _, error) = await rig.RunAsync("requests", "list");
        code.ShouldBe(2);
        error.Trim().ShouldBe("hoop: say whom you act for: --as NAME in the demo (bea, ana), or an access token in HOOP_TOKEN.");
    }

    [Fact]
    public async Task A_token_in_the_environment_is_used()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Set("HOOP_TOKEN", "my-own");
        rig.Answers["GET /api/sessions"] = (200, Array.Empty<object>());
        (await rig.RunAsync("sessions", "list")).Code.ShouldBe(0);
        rig.Asked.Single().Who.ShouldBe("Bearer my-own");
    }

    [Fact]
    public async Task Nothing_running_is_exit_code_three_and_says_how_to_start()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Set("HOOP_ENDPOINTS", rig.File("nothing.json"));
        var (code, _, error) = await rig.RunAsync("requests", "list", "--as", "bea");
        code.ShouldBe(3);
        error.ShouldStartWith("hoop: Hoop was not found here. Start it with ./run");

        (code, _, error) = await rig.RunAsync("token", "--as", "bea", "--identity", "http://127.0.0.1:1");
        code.ShouldBe(3);
        error.ShouldStartWith("hoop: http://127.0.0.1:1 does not answer");
        error.Trim().ShouldNotContain('\n');
    }

    [Theory]
    [InlineData("http://hoop.example.com", "must be https")]
    [InlineData("hoop.example.com", "is not a URL")]
    public async Task A_token_never_goes_to_an_address_in_clear_text(string portal, string said)
    {
        await using var rig = await CliRig.StartAsync();
        var (code, _, error) = await rig.RunAsync("requests", "list", "--as", "bea", "--portal", portal);
        code.ShouldBe(2);
        error.ShouldContain(said);
    }

    [Fact]
    public async Task Demo_secrets_never_leave_this_machine()
    {
        await using var rig = await CliRig.StartAsync();
        (await rig.RunAsync("token", "--as", "reporting-agent", "--identity", "https://login.example.com")).ShouldSatisfyAllConditions(
            r => r.Code.ShouldBe(2), r => r.Error.ShouldStartWith("hoop: --as is for the demo on this machine."));
    }

    [Theory]
    [InlineData("requests")]
    [InlineData("requests", "lst")]
    [InlineData("token")]
    [InlineData("nonsense")]
    [InlineData("export", "x")]
    public async Task Wrong_usage_is_one_line_and_exit_code_two(params string[] args)
    {
        await using var rig = await CliRig.StartAsync();
        var (code, output, error) = await rig.RunAsync(args);
        (code, output).ShouldBe((2, ""));
        error.Trim().Split('\n').ShouldHaveSingleItem().ShouldStartWith("hoop: ");
    }
}
