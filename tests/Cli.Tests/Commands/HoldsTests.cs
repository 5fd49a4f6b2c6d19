using Shouldly;
using Xunit;

namespace Hoop.Cli.Tests.Commands;

public sealed class HoldsTests
{
    private static readonly object Hold = new { id = "hold-1", scope = "target", value = "shop", reason = "case 7", placedBy = "i|bea", placedAt = "2030-01-01T00:00:00Z", sessions = 12 };

    [Fact]
    public async Task A_hold_is_added_for_one_thing_with_a_reason()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["POST /api/holds"] = (200, Hold);
        var (code, output, _) = await rig.RunAsync("holds", "add", "--target", "shop", "--reason", "case 7", "--as", "bea");
        code.ShouldBe(0);
        output.ShouldBe($"hold-1 holds target shop: 12 recorded sessions now, and those to come.{Environment.NewLine}");
        rig.Asked[^1].Body.ShouldBe("""{"scope":"target","value":"shop","reason":"case 7"}""");
        (await rig.RunAsync("holds", "add", "--everything", "--reason", "case 7", "--as", "bea")).Code.ShouldBe(0);
        rig.Asked[^1].Body.ShouldBe("""{"scope":"all","value":"","reason":"case 7"}""");
    }

    [Fact]
    public async Task Retention_says_what_is_kept_why_and_what_is_gone()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/retention"] = (200, new
        {
            keepDays = 90,
            kept = new object[] { new { name = "events_2026w05", due = true, hold = "hold-1" }, new { name = "events_2026w06", due = true, hold = (string?)null } },
            dropped = new[] { new { name = "events_2026w04", tombstone = 1023, sessions = 7, events = 123 } },
        });
        var (code, output, _) = await rig.RunAsync("retention", "--as", "bea");
        code.ShouldBe(0);
        output.ShouldContain("Events are kept for 90 days.");
        output.ShouldMatch(@"events_2026w05 .*kept by hold-1");
        output.ShouldMatch(@"events_2026w06 .*goes with the next round");
        output.ShouldMatch(@"events_2026w04 .*1023");
    }

    [Theory]
    [InlineData("holds", "add", "--reason", "x")]
    [InlineData("holds", "add", "--target", "shop", "--session", "s", "--reason", "x")]
    [InlineData("holds", "add", "--target", "shop")]
    [InlineData("holds", "release", "hold-1")]
    public async Task What_is_not_said_is_a_mistake_of_usage(params string[] args)
    {
        await using var rig = await CliRig.StartAsync();
        (await rig.RunAsync([.. args, "--as", "bea"])).Code.ShouldBe(2);
        rig.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_release_that_nothing_proves_is_told_in_the_list()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/holds"] = (200, new[] { new { id = "hold-1", scope = "target", value = "shop", reason = "case 7", placedBy = "i|bea", placedAt = "2030-01-01T00:00:00Z", releasedAt = "2030-02-01T00:00:00Z", sessions = 12, problem = "the row was added" } });
        (await rig.RunAsync("holds", "list", "--as", "bea")).Out.ShouldContain("not: the row was added");
    }

    [Fact]
    public async Task Holds_are_listed_and_released()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/holds?released=true"] = (200, new[] { Hold });
        rig.Answers["POST /api/holds/hold-1/release"] = (200, Hold);
        (await rig.RunAsync("holds", "list", "--all", "--as", "bea")).Out.ShouldContain("target shop");
        (await rig.RunAsync("holds", "release", "hold-1", "-r", "closed", "--as", "bea")).Out.ShouldBe($"hold-1 on target shop is released.{Environment.NewLine}");
        rig.Asked[^1].Body.ShouldBe("""{"reason":"closed"}""");
    }
}
