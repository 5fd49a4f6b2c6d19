using System.CommandLine;
using System.Text.Json;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop requests list|show|approve|deny</c></summary>
internal static class RequestsCommand
{
    private const int StatementWidth = 80;

    public static Command Create(CommonOptions options, CliHost host) => new("requests", "Approval requests: list, show, approve, deny.")
    {
        List(options, host), Show(options, host), Vote("approve", options, host), Vote("deny", options, host),
    };

    private static Command List(CommonOptions options, CliHost host)
    {
        var state = new Option<string>("--state") { Description = "Which ones.", DefaultValueFactory = _ => "pending" };
        state.AcceptOnlyFromAmong("pending", "decided", "all");
        var command = new Command("list", "List the requests you may see, pending ones unless told otherwise.") { state, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var api = await options.ApiAsync(parsed, host, cancel);
            var requests = await api.GetAsync($"/api/requests?state={parsed.GetValue(state)}", cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(requests);
            else options.Screen(host).Table(["id", "state", "who", "target", "asked", "statement"], Rows(requests).Select(Row), "No requests.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Show(CommonOptions options, CliHost host)
    {
        var id = new Argument<string>("ID") { Description = "The request." };
        var command = new Command("show", "Show one request: who asks what, why it waits, who decided.") { id, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var api = await options.ApiAsync(parsed, host, cancel);
            var request = await api.GetAsync($"/api/requests/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}", cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(request);
            else Print(options.Screen(host), request);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Vote(string verb, CommonOptions options, CliHost host)
    {
        var id = new Argument<string>("ID") { Description = "The request." };
        var reason = new Option<string?>("--reason") { Description = "Why; kept on record.", Required = verb == "deny", HelpName = "TEXT" };
        var command = new Command(verb, verb == "deny" ? "Deny a request; it needs a reason." : "Approve a request: what waits then runs, once.") { id, reason, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var api = await options.ApiAsync(parsed, host, cancel);
            var answer = await api.PostAsync($"/api/requests/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/{verb}", new { reason = parsed.GetValue(reason) }, cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(answer);
            else options.Screen(host).Line(SafeText.Line(answer.Text("message") is { Length: > 0 } message ? message : $"counted; the request is {answer.Text("state")}"));
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
        ("why", request.Text("why")), ("missing", request.Text("missing")),
        ("asked", request.Time("requestedAt")), ("expires", request.Time("expiresAt")), ("ended", request.Time("endedAt")),
        ("outcome", request.Text("outcome")), ("reason", request.Text("reason")), ("page", request.Text("link")));
}
