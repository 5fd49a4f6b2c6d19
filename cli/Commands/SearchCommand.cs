using System.CommandLine;
using System.Text.Json;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop sessions search</c></summary>
internal static class SearchCommand
{
    private const int TextWidth = 90;

    public static Command Create(CommonOptions options, CliHost host)
    {
        var limit = new Option<int>("--limit") { Description = "How many.", DefaultValueFactory = _ => 50, HelpName = "N" };
        var cursor = new Option<string?>("--cursor") { Description = "Where the page before ended.", HelpName = "CURSOR" };
        var filter = new SearchOptions();
        var command = new Command("search", "Find statements, newest first. The search itself is recorded.") { limit, cursor, options.As };
        filter.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var page = await (await options.ApiAsync(parsed, host, cancel)).GetAsync(
                $"/api/search?limit={parsed.GetValue(limit)}&cursor={Uri.EscapeDataString(parsed.GetValue(cursor) ?? "")}&{filter.Query(parsed)}", cancel);
            var screen = options.Screen(host);
            if (parsed.GetValue(options.Json)) screen.Json(page);
            else Print(screen, page);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(Screen screen, JsonElement page)
    {
        var found = page.Child("statements") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().ToList() : [];
        screen.Table(["session", "#", "at", "who", "target", "decision", "by", "statement"], found.Select(Row), "Nothing found.");
        if (page.Text("cursor") is { Length: > 0 } cursor) screen.Line($"There is more: --cursor {cursor}");
    }

    private static string[] Row(JsonElement s) =>
    [
        s.Text("session"), s.Text("sequence"), s.Time("at"), s.Text("principal"), s.Text("target"),
        s.Text("resolution") is { Length: > 0 } resolution ? $"{s.Text("outcome")}, {resolution}" : s.Text("outcome"), s.Text("approvers"), SafeText.Line(s.Text("text"), TextWidth),
    ];
}
