using System.Text.Json;
using Shouldly;
using Xunit;

namespace Hoop.Cli.Tests.Commands;

public sealed class WatchTests
{
    private const string Stream = "GET /api/requests/stream";

    [Fact]
    public async Task One_line_for_each_change_and_taken_up_again_where_it_broke()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Next[Stream] = new([
            (200, new Events(Of(101, "a", "pending") + "event: ping\ndata: null\n\n" + Of(102, "b", "pending"))),
            (503, "The approval service does not answer."),
            (200, new Events(Of(103, "a", "pending") + Of(103, "a", "denied", "not on a Friday\u001b[31m"))),
            (403, "Your identity may not do this."),
        ]);

        var (code, output, error) = await rig.RunAsync("requests", "watch", "--as", "bea");

        code.ShouldBe(1);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(3, output);
        lines[0].ShouldBe("a  pending    reporting-agent  shop  delete from orders where id = $1  missing 1 of dba");
        lines[2].ShouldBe("a  denied     reporting-agent  shop  delete from orders where id = $1  not on a Friday·[31m");
        rig.TakenUp.ShouldBe(["102", "102", "103"]);
        error.ShouldContain("hoop: the connection was lost; trying again.");
        error.ShouldContain("hoop: following again.");
        error.ShouldEndWith($"hoop: Your identity may not do this.{Environment.NewLine}");
    }

    [Fact]
    public async Task As_json_each_line_is_a_request()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Next[Stream] = new([(200, new Events(Of(1, "a", "pending") + Of(2, "b", "pending"))), (401, "the token was not accepted")]);

        var (_, output, _) = await rig.RunAsync("requests", "watch", "--as", "bea", "--json");

        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task What_never_answered_is_an_error_at_once()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Next[Stream] = new([(503, "The approval service does not answer.")]);
        var (code, _, error) = await rig.RunAsync("requests", "watch", "--as", "bea");
        (code, error.Trim()).ShouldBe((3, "hoop: The approval service does not answer."));
    }

    private static string Of(int place, string id, string state, string? reason = null) =>
        $"id: {place}\nevent: request\ndata: {JsonSerializer.Serialize(new { id, state, reason, requester = new { name = "reporting-agent" }, target = "shop", statement = "delete from orders\nwhere id = $1", missing = state == "pending" ? "1 of dba" : null })}\n\n";
}
