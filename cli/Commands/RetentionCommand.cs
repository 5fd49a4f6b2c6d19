using System.CommandLine;
using System.Text.Json;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop retention</c></summary>
internal static class RetentionCommand
{
    public static Command Create(CommonOptions options, CliHost host)
    {
        var command = new Command("retention", "How long events are kept, which weeks are there and what keeps them, and what was dropped with which tombstone.") { options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var state = await (await options.ApiAsync(parsed, host, cancel)).GetAsync("/api/retention", cancel);
            var screen = options.Screen(host);
            if (parsed.GetValue(options.Json))
                screen.Json(state);
            else
            {
                screen.Line(state.Text("keepDays") is { Length: > 0 } days ? $"Events are kept for {days} days." : "Events are kept for ever.");
                screen.Table(["partition", "from", "until", "state"], Items(state, "kept").Select(Kept), "Nothing is stored.");
                screen.Table(["dropped", "tombstone", "sessions", "events", "at"], Items(state, "dropped").Select(Dropped), "Nothing was dropped.");
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    private static List<JsonElement> Items(JsonElement state, string name) => state.Child(name) is { ValueKind: JsonValueKind.Array } items ? [.. items.EnumerateArray()] : [];

    private static string[] Kept(JsonElement partition) =>
    [
        partition.Text("name"), partition.Time("from"), partition.Time("until"),
        partition.Text("hold") is { Length: > 0 } hold ? $"kept by {hold}" : partition.Text("due") == "true" ? "goes with the next round" : "",
    ];

    private static string[] Dropped(JsonElement partition) => [partition.Text("name"), partition.Text("tombstone"), partition.Text("sessions"), partition.Text("events"), partition.Time("at")];
}
