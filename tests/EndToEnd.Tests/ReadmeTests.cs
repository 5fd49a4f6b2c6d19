using System.Text.RegularExpressions;
using Hoop.EndToEnd.Tests.Support;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests;

/// <summary>The README's commands, run as they stand there; only ports and the two placeholders are filled in.</summary>
public partial class ReadmeTests(DemoSystem hoop)
{
    private readonly string[] blocks = [.. Block().Matches(File.ReadAllText(Repository.File("README.md"))).Select(match => match.Groups[2].Value)];

    [Fact]
    public void The_set_up_is_two_commands() =>
        Commands(blocks[0]).ShouldBe(["./run", "./test"]);

    [Fact]
    public async Task The_tour_does_what_it_says()
    {
        var tour = blocks[1].Replace("port=15432", $"port={hoop.Port}");
        var file = Path.Combine(Path.GetTempPath(), $"hoop-readme-{Guid.NewGuid():n}.jsonl");
        await using var psql = Command.Start("bash", ["-c", tour.Replace("psql ", "psql -X ")], Environment());
        await psql.SendAsync(blocks[2]);
        await psql.SawAsync("waiting for approval", 60);
        psql.Seen.ShouldContain("nobody-destroys");
        Leaks.ShouldHaveNone(psql.Seen);

        var request = await hoop.PendingRequestAsync("delete from orders where id = 1");
        foreach (var command in Commands(blocks[3])) await ShellAsync(command.Replace("REQUEST", request));
        psql.CloseInput();
        (await psql.WaitAsync()).Output.ShouldMatch("DELETE [01]");

        var session = await hoop.NewestSessionAsync();
        foreach (var command in Commands(blocks[4])) await ShellAsync(command.Replace("SESSION", session).Replace("session.jsonl", file));
        File.Delete(file);
    }

    [Fact]
    public void Every_page_it_points_to_exists()
    {
        foreach (Match link in Link().Matches(File.ReadAllText(Repository.File("README.md"))))
        {
            var path = Repository.File(link.Groups[1].Value);
            (File.Exists(path) || Directory.Exists(path)).ShouldBeTrue(link.Groups[1].Value);
        }
    }

    private async Task ShellAsync(string command)
    {
        var result = await Command.RunAsync("bash", ["-c", command], Environment());
        result.ExitCode.ShouldBe(0, $"{command}\n{result}");
    }

    private Dictionary<string, string?> Environment() => new() { ["HOOP_ENDPOINTS"] = hoop.EndpointsFile };

    private static IEnumerable<string> Commands(string block) =>
        block.Split('\n').Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0);

    [GeneratedRegex(@"```(bash|sql)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\]\(([^)#:]+)\)")]
    private static partial Regex Link();
}
