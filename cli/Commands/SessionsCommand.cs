using System.CommandLine;
using System.Text.Json;
using Hoop.Cli.Api;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop sessions list|show|search|tail|kill</c></summary>
internal static class SessionsCommand
{
    private const int SummaryWidth = 140;

    public static Command Create(CommonOptions options, CliHost host) => new("sessions", "Recorded sessions: list, show, search; running ones: tail, kill.")
    {
        List(options, host), Show(options, host), SearchCommand.Create(options, host), LiveSessions.Tail(options, host), LiveSessions.Kill(options, host),
    };

    private static Command List(CommonOptions options, CliHost host)
    {
        var limit = new Option<int>("--limit") { Description = "How many.", DefaultValueFactory = _ => 50, HelpName = "N" };
        var command = new Command("list", "List the sessions you may see, newest first.") { limit, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var sessions = await (await options.ApiAsync(parsed, host, cancel)).GetAsync($"/api/sessions?limit={parsed.GetValue(limit)}", cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(sessions);
            else options.Screen(host).Table(["id", "who", "target", "started", "ended", "state", "operations", "held", "blocked"], Items(sessions).Select(Row), "No sessions.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Show(CommonOptions options, CliHost host)
    {
        var id = new Argument<string>("ID") { Description = "The session." };
        var command = new Command("show", "Show one session's events in order.") { id, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var timeline = await ReadWholeAsync(await options.ApiAsync(parsed, host, cancel), parsed.GetRequiredValue(id), cancel);
            var screen = options.Screen(host);
            if (parsed.GetValue(options.Json)) screen.Json(timeline);
            else Print(screen, timeline);
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>A long session comes in pages; people get it whole.</summary>
    private static async Task<Timeline> ReadWholeAsync(HoopApi api, string id, CancellationToken cancel)
    {
        var events = new List<JsonElement>();
        while (true)
        {
            var after = events.Count == 0 ? "" : $"?after={events[^1].Text("sequence")}";
            var page = await api.GetAsync($"/api/sessions/{Uri.EscapeDataString(id)}{after}", cancel);
            var found = page.Child("events") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().ToList() : [];
            events.AddRange(found);
            if (found.Count == 0 || page.Text("more") != "true") return new Timeline(page.Child("session") ?? page, events);
        }
    }

    private sealed record Timeline(JsonElement Session, IReadOnlyList<JsonElement> Events);

    private static void Print(Screen screen, Timeline timeline)
    {
        var session = timeline.Session;
        screen.Fields(
            ("id", session.Text("id")), ("who", session.Text("principal")), ("target", session.Text("target")),
            ("started", session.Time("startedAt")), ("ended", session.Time("endedAt")), ("state", session.Text("state")));
        screen.Table(["#", "at", "what", "details"], timeline.Events.Select(EventRow), "No events.");
    }

    private static string[] Row(JsonElement session) =>
    [
        session.Text("id"), session.Text("principal"), session.Text("target"), session.Time("startedAt"), session.Time("endedAt"), session.Text("state"),
        session.Text("operations"), session.Text("held"), session.Text("blocked"),
    ];

    internal static string[] EventRow(JsonElement e) =>
        [e.Text("sequence"), e.Time("at"), e.Text("kind"), SafeText.Line(Summary(e.Child("payload") ?? default), SummaryWidth)];

    /// <summary>What people look for first; the whole is in --json.</summary>
    private static string Summary(JsonElement payload)
    {
        string[] parts =
        [
            payload.Text("outcome"), payload.Text("text"), List("values", payload.Text("bindValues")), List("by", payload.Text("rules")), List("by", payload.Text("decidedBy")),
            payload.Text("principal"), payload.Text("status"), payload.Text("rows") is { Length: > 0 } rows ? $"{rows} rows" : "",
            List("masked", payload.Text("maskedColumns")), payload.Text("reason"), payload.Text("cause"),
        ];
        var text = string.Join(" ", parts.Where(p => p.Length > 0));
        return text.Length > 0 || payload.ValueKind != JsonValueKind.Object ? text : payload.GetRawText();
    }

    private static string List(string what, string items) => items.Length == 0 ? "" : $"[{what} {items}]";

    private static IEnumerable<JsonElement> Items(JsonElement sessions) => sessions.ValueKind == JsonValueKind.Array ? sessions.EnumerateArray() : [];
}
