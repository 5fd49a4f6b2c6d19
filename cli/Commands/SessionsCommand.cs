using System.CommandLine;
using System.Text.Json;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop sessions list|show</c></summary>
internal static class SessionsCommand
{
    private const int SummaryWidth = 140;

    public static Command Create(CommonOptions options, CliHost host) => new("sessions", "Recorded sessions: list, show.")
    {
        List(options, host), Show(options, host),
    };

    private static Command List(CommonOptions options, CliHost host)
    {
        var command = new Command("list", "List the sessions you may see, newest first.") { options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var sessions = await (await options.ApiAsync(parsed, host, cancel)).GetAsync("/api/sessions", cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(sessions);
            else options.Screen(host).Table(["id", "who", "target", "started", "ended", "state"], Items(sessions).Select(Row), "No sessions.");
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
            var api = await options.ApiAsync(parsed, host, cancel);
            var timeline = await api.GetAsync($"/api/sessions/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}", cancel);
            var screen = options.Screen(host);
            if (parsed.GetValue(options.Json)) screen.Json(timeline);
            else Print(screen, timeline);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(Screen screen, JsonElement timeline)
    {
        var session = timeline.Child("session") ?? timeline;
        screen.Fields(
            ("id", session.Text("id")), ("who", session.Text("principal")), ("target", session.Text("target")), ("client", session.Text("client")),
            ("started", session.Time("startedAt")), ("ended", session.Time("endedAt")), ("state", session.Text("state")));
        var events = timeline.Child("events") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default;
        screen.Table(["#", "at", "what", "details"], events.Select(EventRow), "No events.");
    }

    private static string[] Row(JsonElement session) =>
    [
        session.Text("id"), session.Text("principal"), session.Text("target"), session.Time("startedAt"), session.Time("endedAt"), session.Text("state"),
    ];

    private static string[] EventRow(JsonElement e) =>
        [e.Text("sequence"), e.Time("at"), e.Text("kind"), SafeText.Line(Summary(e.Child("payload") ?? default), SummaryWidth)];

    /// <summary>What people look for first; the whole is in --json.</summary>
    private static string Summary(JsonElement payload)
    {
        if (payload.ValueKind == JsonValueKind.String) return payload.GetString()!;
        string[] parts =
        [
            payload.Text("decision"), payload.Text("outcome"), payload.Text("statement"), payload.Text("rules") is { Length: > 0 } rules ? $"[{rules}]" : "",
            payload.Text("rows") is { Length: > 0 } rows ? $"{rows} rows" : "", payload.Text("reason"), payload.Text("error"), payload.Text("cause"),
        ];
        var text = string.Join(" ", parts.Where(p => p.Length > 0));
        return text.Length > 0 || payload.ValueKind != JsonValueKind.Object ? text : payload.GetRawText();
    }

    private static IEnumerable<JsonElement> Items(JsonElement sessions) => sessions.ValueKind == JsonValueKind.Array ? sessions.EnumerateArray() : [];
}
