using System.CommandLine;
using System.Text.Json;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop reviews list|verdict</c></summary>
internal static class ReviewsCommand
{
    public static Command Create(CommonOptions options, CliHost host) => new("reviews", "Emergencies that others look at afterwards: list, verdict.")
    {
        List(options, host), Verdict(options, host),
    };

    private static Command List(CommonOptions options, CliHost host)
    {
        var open = new Option<bool>("--open") { Description = "Only those that are not reviewed." };
        var command = new Command("list", "List the emergencies you may see.") { open, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var reviews = await (await options.ApiAsync(parsed, host, cancel)).GetAsync($"/api/reviews{(parsed.GetValue(open) ? "?open=true" : "")}", cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(reviews);
            else options.Screen(host).Table(["id", "state", "who", "target", "opened", "due", "reason", "missing"], Rows(reviews).Select(Row), "No emergencies.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Verdict(CommonOptions options, CliHost host)
    {
        var id = new Argument<string>("ID") { Description = "The emergency: its request's id." };
        var verdict = new Argument<string>("VERDICT") { Description = "What you found." };
        verdict.AcceptOnlyFromAmong("justified", "unjustified");
        var note = new Option<string>("--note") { Description = "Why; kept on record.", Required = true, HelpName = "TEXT" };
        var command = new Command("verdict", "Say whether an emergency was justified.") { id, verdict, note, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var api = await options.ApiAsync(parsed, host, cancel);
            var body = new { justified = parsed.GetRequiredValue(verdict) == "justified", note = parsed.GetRequiredValue(note) };
            options.Screen(host).Print(await api.PostAsync($"/api/reviews/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}", body, cancel), parsed.GetValue(options.Json));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static IEnumerable<JsonElement> Rows(JsonElement reviews) => reviews.ValueKind == JsonValueKind.Array ? reviews.EnumerateArray() : [];

    private static string[] Row(JsonElement review) =>
    [
        review.Text("id"), review.Text("overdue") == "true" ? "overdue" : review.Text("state"), review.Text("requester"), review.Text("target"),
        review.Time("openedAt"), review.Time("dueAt"), review.Text("reason"), review.Text("missing"),
    ];
}
