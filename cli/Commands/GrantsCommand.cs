using System.CommandLine;
using System.Text.Json;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop grants list|show|revoke</c></summary>
internal static class GrantsCommand
{
    private const int StatementWidth = 60;

    public static Command Create(CommonOptions options, CliHost host) => new("grants", "What approvals left: list, show, revoke.")
    {
        List(options, host), Show(options, host), Revoke(options, host),
    };

    private static Command List(CommonOptions options, CliHost host)
    {
        var state = new Option<string>("--state") { Description = "Which ones.", DefaultValueFactory = _ => "active" };
        state.AcceptOnlyFromAmong("active", "ended", "all");
        var mine = new Option<bool>("--mine") { Description = "Only your own." };
        var command = new Command("list", "List the grants you may see, active ones unless told otherwise.") { state, mine, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var api = await options.ApiAsync(parsed, host, cancel);
            var grants = await api.GetAsync($"/api/grants?state={parsed.GetValue(state)}{(parsed.GetValue(mine) ? "&mine=true" : "")}", cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(grants);
            else options.Screen(host).Table(["id", "state", "who", "target", "may", "until", "uses", "granted by"], Rows(grants).Select(Row), "No grants.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Show(CommonOptions options, CliHost host)
    {
        var id = new Argument<string>("ID") { Description = "The grant: its request's id." };
        var command = new Command("show", "Show one grant: for whom, for what, until when.") { id, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var grant = await (await options.ApiAsync(parsed, host, cancel)).GetAsync($"/api/grants/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}", cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(grant);
            else Print(options.Screen(host), grant);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Revoke(CommonOptions options, CliHost host)
    {
        var id = new Argument<string>("ID") { Description = "The grant: its request's id." };
        var reason = new Option<string>("--reason", "-r") { Description = "Why; whom it was for reads it.", Required = true, HelpName = "TEXT" };
        var command = new Command("revoke", "Take a grant back. What runs on it is cancelled.") { id, reason, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var api = await options.ApiAsync(parsed, host, cancel);
            options.Screen(host).Print(
                await api.PostAsync($"/api/grants/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/revoke", new { reason = parsed.GetRequiredValue(reason) }, cancel), parsed.GetValue(options.Json));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static IEnumerable<JsonElement> Rows(JsonElement grants) => grants.ValueKind == JsonValueKind.Array ? grants.EnumerateArray() : [];

    private static string[] Row(JsonElement grant) =>
    [
        grant.Text("id"), grant.Text("state"), grant.Text("principal"), grant.Text("target"), SafeText.Line(May(grant), StatementWidth), grant.Time("expiresAt"), grant.Text("uses"), grant.Text("grantedBy"),
    ];

    private static string May(JsonElement grant) => grant.Text("scope") switch
    {
        "role" => $"act as {grant.Text("role")}",
        "once" => $"once: {grant.Text("statement")}",
        _ => $"{grant.Text("values")} values: {grant.Text("statement")}",
    };

    private static void Print(Screen screen, JsonElement grant) => screen.Fields(
        ("id", grant.Text("id")), ("state", grant.Text("state")), ("who", grant.Text("principal")), ("target", grant.Text("target")), ("scope", grant.Text("scope")), ("role", grant.Text("role")),
        ("statement", grant.Text("statement")), ("values", grant.Text("bindValues")), ("may differ", grant.Text("values")), ("row limit", grant.Text("maxRows")),
        ("granted by", grant.Text("grantedBy")), ("opened", grant.Time("openedAt")), ("until", grant.Time("expiresAt")), ("ended", grant.Time("endedAt")),
        ("ended by", grant.Text("endedBy")), ("why", grant.Text("endReason")), ("uses", grant.Text("uses")), ("page", grant.Text("link")));
}
