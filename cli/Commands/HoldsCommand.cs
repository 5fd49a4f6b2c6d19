using System.CommandLine;
using System.Text.Json;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop holds list|add|release</c></summary>
internal static class HoldsCommand
{
    public static Command Create(CommonOptions options, CliHost host) => new("holds", "Legal holds: what they name is not dropped by retention.")
    {
        List(options, host), Add(options, host), Release(options, host),
    };

    private static Command List(CommonOptions options, CliHost host)
    {
        var all = new Option<bool>("--all") { Description = "Those too that were released." };
        var command = new Command("list", "List legal holds, oldest first.") { all, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var holds = await (await options.ApiAsync(parsed, host, cancel)).GetAsync($"/api/holds{(parsed.GetValue(all) ? "?released=true" : "")}", cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(holds);
            else options.Screen(host).Table(["id", "holds", "sessions", "reason", "placed", "by", "released"], holds.EnumerateArray().Select(Row), "No legal holds.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Add(CommonOptions options, CliHost host)
    {
        var session = new Option<string?>("--session") { Description = "Hold one session.", HelpName = "ID" };
        var principal = new Option<string?>("--principal") { Description = "Hold all sessions of somebody (name, or issuer|subject).", HelpName = "NAME" };
        var target = new Option<string?>("--target") { Description = "Hold all sessions on a target.", HelpName = "NAME" };
        var everything = new Option<bool>("--everything") { Description = "Hold everything." };
        var reason = new Option<string>("--reason", "-r") { Description = "Why; kept on record.", Required = true, HelpName = "TEXT" };
        var command = new Command("add", "Place a legal hold on a session, a principal, a target or everything.") { session, principal, target, everything, reason, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            (string Scope, string? Value)[] named = [("session", parsed.GetValue(session)), ("principal", parsed.GetValue(principal)), ("target", parsed.GetValue(target)), ("all", parsed.GetValue(everything) ? "" : null)];
            if (named.Where(n => n.Value is not null).ToList() is not [var one])
                throw CliException.Usage("say what to hold, one of --session ID, --principal NAME, --target NAME and --everything.");
            var hold = await (await options.ApiAsync(parsed, host, cancel)).PostAsync("/api/holds", new { scope = one.Scope, value = one.Value, reason = parsed.GetRequiredValue(reason) }, cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(hold);
            else options.Screen(host).Line(SafeText.Line($"{hold.Text("id")} holds {Held(hold)}: {hold.Text("sessions")} recorded sessions now, and those to come."));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Release(CommonOptions options, CliHost host)
    {
        var id = new Argument<string>("ID") { Description = "The hold." };
        var reason = new Option<string>("--reason", "-r") { Description = "Why; kept on record.", Required = true, HelpName = "TEXT" };
        var command = new Command("release", "Release a legal hold; what is older than the retention may then go.") { id, reason, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var hold = await (await options.ApiAsync(parsed, host, cancel)).PostAsync($"/api/holds/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/release", new { reason = parsed.GetRequiredValue(reason) }, cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(hold);
            else options.Screen(host).Line(SafeText.Line($"{hold.Text("id")} on {Held(hold)} is released."));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Held(JsonElement hold) => hold.Text("scope") == "all" ? "everything" : $"{hold.Text("scope")} {hold.Text("value")}";

    private static string[] Row(JsonElement hold) =>
        [hold.Text("id"), Held(hold), hold.Text("sessions"), hold.Text("reason"), hold.Time("placedAt"), hold.Text("placedBy"), hold.Text("problem") is { Length: > 0 } problem ? $"not: {problem}" : hold.Time("releasedAt")];
}
