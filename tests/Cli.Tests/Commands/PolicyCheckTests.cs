using System.Text.Json;
using Shouldly;
using Xunit;

namespace Hoop.Cli.Tests.Commands;

public sealed class PolicyCheckTests
{
    private const string ThreeMistakes = """
        version: 1
        targets:
          shop: { protocol: postgres, address: "127.0.0.1:5432", credential: { username: a, password: hunter2 } }
        roles:
          agent: { groups: [agents] }
        policies:
          - { name: read, roles: [agnet], targets: [shop], allow: { verbs: [select], objects: [public.*] } }
          - { name: both, roles: [agent], targets: [shop], block: { effects: [destructiv] } }
        """;

    [Fact]
    public async Task Three_mistakes_are_three_lines_with_their_place()
    {
        await using var rig = await CliRig.StartAsync();
        var file = rig.Write("hoop.yaml", ThreeMistakes);
        var (code, output, error) = await rig.RunAsync("policy", "check", file);
        (code, output).ShouldBe((1, ""));
        error.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(
        [
            $"{file}:3: targets.shop.credential.password: must say where the password is, not what it is; write env:NAME or file:/path (and change the password if this file was shared)",
            $"{file}:7: policies \"read\".roles: there is no role \"agnet\"; did you mean \"agent\"?",
            $"{file}:8: policies \"both\".block.effects: \"destructiv\" is not an effect; did you mean \"destructive\"?",
        ]);
        var json = JsonDocument.Parse((await rig.RunAsync("policy", "check", file, "--json")).Out).RootElement;
        json.EnumerateArray().Select(e => e.GetProperty("line").GetInt32()).ShouldBe([3, 7, 8]);
        json[0].GetProperty("id").GetString().ShouldStartWith(file + ":3:");
    }

    [Fact]
    public async Task The_demos_policy_has_no_mistakes()
    {
        await using var rig = await CliRig.StartAsync();
        var (code, output, error) = await rig.RunAsync("policy", "check", Path.Combine(AppContext.BaseDirectory, "demo.hoop.yaml"));
        error.ShouldBeEmpty();
        code.ShouldBe(0);
        output.ShouldContain("no mistakes (1 target, 3 roles");
    }

    [Fact]
    public async Task A_missing_file_is_one_line()
    {
        await using var rig = await CliRig.StartAsync();
        (await rig.RunAsync("policy", "check", "/nowhere.yaml")).ShouldBe((1, "", $"hoop: /nowhere.yaml: there is no such file.{Environment.NewLine}"));
    }
}
