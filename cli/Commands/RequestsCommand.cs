using System.CommandLine;
using System.Text.Json;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop requests list|show|watch|approve|deny|withdraw|explain|preview</c></summary>
internal static class RequestsCommand
{
    private const int StatementWidth = 80;

    public static Command Create(CommonOptions options, CliHost host) => new("requests", "Approval requests: list, show, watch, approve, deny; your own: withdraw, explain.")
    {
        List(options, host), Show(options, host), WatchCommand.Create(options, host), VoteCommands.Approve(options, host), VoteCommands.Deny(options, host),
        RequesterCommands.Withdraw(options, host), RequesterCommands.Explain(options, host), RequesterCommands.Preview(options, host),
    };

    public static Argument<string> Id() => new("ID") { Description = "The request." };

    public static string Path(string id, string? verb = null) => $"/api/requests/{Uri.EscapeDataString(id)}{(verb is null ? "" : $"/{verb}")}";

    /// <summary>The answer's one line, or all of it.</summary>
    public static void Print(this Screen screen, JsonElement answer, bool json)
    {
        if (json) screen.Json(answer);
        else screen.Line(SafeText.Line(answer.Text("message") is { Length: > 0 } message ? message : $"counted; the request is {answer.Text("state")}"));
    }

    private static Command List(CommonOptions options, CliHost host)
    {
        var state = new Option<string>("--state") { Description = "Which ones.", DefaultValueFactory = _ => "pending" };
        state.AcceptOnlyFromAmong("pending", "decided", "all");
        var mine = new Option<bool>("--mine") { Description = "Only those that you asked for." };
        var command = new Command("list", "List the requests you may see, pending ones unless told otherwise.") { state, mine, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var api = await options.ApiAsync(parsed, host, cancel);
            var requests = await api.GetAsync($"/api/requests?state={parsed.GetValue(state)}{(parsed.GetValue(mine) ? "&mine=true" : "")}", cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(requests);
            else options.Screen(host).Table(["id", "state", "who", "target", "asked", "statement"], Rows(requests).Select(Row), "No requests.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Show(CommonOptions options, CliHost host)
    {
        var id = Id();
        var command = new Command("show", "Show one request: who asks what, why it waits, who decided.") { id, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var api = await options.ApiAsync(parsed, host, cancel);
            var request = await api.GetAsync(Path(parsed.GetRequiredValue(id)), cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(request);
            else Print(options.Screen(host), request);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static IEnumerable<JsonElement> Rows(JsonElement requests) => requests.ValueKind == JsonValueKind.Array ? requests.EnumerateArray() : [];

    private static string[] Row(JsonElement request) =>
    [
        request.Text("id"), request.Text("state"), request.Text("requester"), request.Text("target"), request.Time("requestedAt"),
        SafeText.Line(request.Text("statement"), StatementWidth),
    ];

    private static void Print(Screen screen, JsonElement request) => screen.Fields(
        ("id", request.Text("id")), ("state", request.Text("state")), ("who", request.Text("requester")), ("on behalf of", request.Child("requester")?.Text("actors")),
        ("target", request.Text("target")), ("statement", request.Text("statement")), ("values", request.Text("bindValues")),
        ("effects", request.Text("effects")), ("objects", request.Text("objects")), ("rows", request.Text("estimatedRows")),
        ("why", request.Text("why")), ("they say", request.Child("justification")?.Text("reason")), ("ticket", request.Child("justification")?.Text("ticket")),
        ("missing", request.Text("missing")), ("row limit", request.Text("maxRows")), ("for a while", request.Child("offer")?.Text("upTo") is { } upTo ? $"up to {upTo}" : null),
        ("asked", request.Time("requestedAt")), ("expires", request.Time("expiresAt")), ("ended", request.Time("endedAt")),
        ("outcome", request.Text("outcome")), ("reason", request.Text("reason")), ("result", request.Child("result")?.Text("line")), ("page", request.Text("link")));
}
