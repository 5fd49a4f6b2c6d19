using System.CommandLine;
using System.Text.Json;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop notifications list|deliveries|test|retry</c></summary>
internal static class NotificationsCommand
{
    private const string Base = "/api/notifications";

    public static Command Create(CommonOptions options, CliHost host) => new("notifications", "Who is told of requests: list, deliveries, test, retry.")
    {
        List(options, host), Deliveries(options, host), Test(options, host), Retry(options, host),
    };

    private static Command List(CommonOptions options, CliHost host)
    {
        var command = new Command("list", "List the receivers of hoop.yaml and how they do.") { options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var receivers = await (await options.ApiAsync(parsed, host, cancel)).GetAsync(Base, cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(receivers);
            else options.Screen(host).Table(["name", "kind", "events", "waiting", "delivered", "given up", "last delivered", "last error"], Rows(receivers).Select(ReceiverRow), "No receivers in hoop.yaml.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Deliveries(CommonOptions options, CliHost host)
    {
        var receiver = new Option<string?>("--receiver") { Description = "Only of this receiver.", HelpName = "NAME" };
        var state = new Option<string?>("--state") { Description = "Which ones." };
        state.AcceptOnlyFromAmong("waiting", "delivered", "given-up", "outdated");
        var command = new Command("deliveries", "List what was to be delivered, newest first.") { receiver, state, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var query = string.Join('&', new[] { Pair("receiver", parsed.GetValue(receiver)), Pair("state", parsed.GetValue(state)) }.OfType<string>());
            var found = await (await options.ApiAsync(parsed, host, cancel)).GetAsync($"{Base}/deliveries{(query.Length > 0 ? $"?{query}" : "")}", cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(found);
            else options.Screen(host).Table(["id", "receiver", "event", "state", "attempts", "at", "next", "error"], Rows(found).Select(DeliveryRow), "No deliveries.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Test(CommonOptions options, CliHost host)
    {
        var name = new Argument<string>("NAME") { Description = "The receiver." };
        var command = new Command("test", "Send a test to a receiver.") { name, options.As };
        command.SetAction((parsed, cancel) => PostAsync($"{Base}/{Uri.EscapeDataString(parsed.GetRequiredValue(name))}/test", options, host, parsed, cancel));
        return command;
    }

    private static Command Retry(CommonOptions options, CliHost host)
    {
        var name = new Argument<string>("NAME") { Description = "The receiver." };
        var id = new Argument<string>("ID") { Description = "The delivery that was given up." };
        var command = new Command("retry", "Try again what was given up.") { name, id, options.As };
        command.SetAction((parsed, cancel) => PostAsync(
            $"{Base}/{Uri.EscapeDataString(parsed.GetRequiredValue(name))}/deliveries/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/retry", options, host, parsed, cancel));
        return command;
    }

    private static async Task<int> PostAsync(string path, CommonOptions options, CliHost host, ParseResult parsed, CancellationToken cancel)
    {
        var api = await options.ApiAsync(parsed, host, cancel);
        options.Screen(host).Print(await api.PostAsync(path, new { }, cancel), parsed.GetValue(options.Json));
        return ExitCodes.Ok;
    }

    private static string? Pair(string name, string? value) => value is null ? null : $"{name}={Uri.EscapeDataString(value)}";

    private static IEnumerable<JsonElement> Rows(JsonElement rows) => rows.ValueKind == JsonValueKind.Array ? rows.EnumerateArray() : [];

    private static string[] ReceiverRow(JsonElement one) =>
    [
        one.Text("name"), one.Text("kind"), one.Text("events"), one.Text("waiting"), one.Text("delivered"), one.Text("givenUp"), one.Time("lastDeliveredAt"), one.Text("lastError"),
    ];

    private static string[] DeliveryRow(JsonElement one) =>
    [
        one.Text("id"), one.Text("receiver"), one.Text("event"), one.Text("state"), one.Text("attempts"), one.Time("createdAt"), one.Time("nextAt"), one.Text("lastError"),
    ];
}
