using System.CommandLine;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop sessions tail|kill</c></summary>
internal static class LiveSessions
{
    public static Command Tail(CommonOptions options, CliHost host)
    {
        var id = new Argument<string>("ID") { Description = "The session." };
        var command = new Command("tail", "Follow a running session until it ends. That you watch is recorded.") { id, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var (screen, json) = (options.Screen(host), parsed.GetValue(options.Json));
            await using var stream = await (await options.ApiAsync(parsed, host, cancel)).StreamAsync($"/api/sessions/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/tail", cancel);
            await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancel))
            {
                if (item.EventType == "ping") continue;
                using var e = JsonDocument.Parse(item.Data);
                screen.Line(json ? item.Data : string.Join("  ", SessionsCommand.EventRow(e.RootElement).Select(part => SafeText.Line(part))));
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command Kill(CommonOptions options, CliHost host)
    {
        var id = new Argument<string>("ID") { Description = "The session." };
        var reason = new Option<string>("--reason", "-r") { Description = "Why; the client is shown it.", Required = true, HelpName = "TEXT" };
        var command = new Command("kill", "End a running session. The client is told by whom and why.") { id, reason, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var answer = await (await options.ApiAsync(parsed, host, cancel)).PostAsync(
                $"/api/sessions/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/kill", new { reason = parsed.GetRequiredValue(reason) }, cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(answer);
            else options.Screen(host).Line(SafeText.Line(answer.Text("message")));
            return ExitCodes.Ok;
        });
        return command;
    }
}
