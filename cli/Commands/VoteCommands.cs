using System.CommandLine;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop requests approve|deny</c></summary>
internal static class VoteCommands
{
    public static Command Approve(CommonOptions options, CliHost host)
    {
        var id = RequestsCommand.Id();
        var reason = new Option<string?>("--reason", "-r") { Description = "Why; kept on record.", HelpName = "TEXT" };
        var rows = new Option<long?>("--up-to") { Description = "At most so many rows; over it, all is rolled back.", HelpName = "ROWS" };
        var window = new GrantOptions();
        var proof = new Option<string?>("--proof") { Description = "Of your passkey, where the rule wants one (the portal makes it).", HelpName = "PROOF" };
        var command = new Command("approve", "Approve a request: what waits then runs, once, or for a while with --for.") { id, reason, rows, proof, options.As };
        window.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var body = new { reason = parsed.GetValue(reason), maxRows = parsed.GetValue(rows), grant = window.Read(parsed), proof = parsed.GetValue(proof) };
            var api = await options.ApiAsync(parsed, host, cancel);
            options.Screen(host).Print(await api.PostAsync(RequestsCommand.Path(parsed.GetRequiredValue(id), "approve"), body, cancel), parsed.GetValue(options.Json));
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command Deny(CommonOptions options, CliHost host)
    {
        var id = RequestsCommand.Id();
        var reason = new Option<string>("--reason", "-r") { Description = "Why; whoever asked reads it.", Required = true, HelpName = "TEXT" };
        var command = new Command("deny", "Deny a request; it needs a reason.") { id, reason, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var api = await options.ApiAsync(parsed, host, cancel);
            options.Screen(host).Print(
                await api.PostAsync(RequestsCommand.Path(parsed.GetRequiredValue(id), "deny"), new { reason = parsed.GetRequiredValue(reason) }, cancel), parsed.GetValue(options.Json));
            return ExitCodes.Ok;
        });
        return command;
    }
}
