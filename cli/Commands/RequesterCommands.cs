using System.CommandLine;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop requests withdraw|explain|preview</c></summary>
internal static class RequesterCommands
{
    public static Command Withdraw(CommonOptions options, CliHost host)
    {
        var reason = new Option<string?>("--reason", "-r") { Description = "Why; kept on record.", HelpName = "TEXT" };
        return Post("withdraw", "Withdraw a request of your own: what waits is refused.", reason, options, host);
    }

    public static Command Explain(CommonOptions options, CliHost host)
    {
        var reason = new Option<string?>("--reason", "-r") { Description = "Why it is needed; those who decide read it.", Required = true, HelpName = "TEXT" };
        return Post("explain", "Say why a request of your own is needed.", reason, options, host);
    }

    public static Command Preview(CommonOptions options, CliHost host)
    {
        var id = RequestsCommand.Id();
        var command = new Command("preview", "Have the gateway look again at what would happen; the request shows it.") { id, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var api = await options.ApiAsync(parsed, host, cancel);
            await api.PostAsync(RequestsCommand.Path(parsed.GetRequiredValue(id), "preview"), new { }, cancel);
            if (!parsed.GetValue(options.Json)) options.Screen(host).Line("asked; the request shows it in a moment.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Post(string verb, string description, Option<string?> reason, CommonOptions options, CliHost host)
    {
        var id = RequestsCommand.Id();
        var command = new Command(verb, description) { id, reason, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var api = await options.ApiAsync(parsed, host, cancel);
            options.Screen(host).Print(
                await api.PostAsync(RequestsCommand.Path(parsed.GetRequiredValue(id), verb), new { reason = parsed.GetValue(reason) }, cancel), parsed.GetValue(options.Json));
            return ExitCodes.Ok;
        });
        return command;
    }
}
