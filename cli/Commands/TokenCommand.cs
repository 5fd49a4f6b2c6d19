using System.CommandLine;
using Hoop.Cli.Identity;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop token --as NAME</c></summary>
internal static class TokenCommand
{
    public static Command Create(CommonOptions options, CliHost host)
    {
        var name = new Option<string>("--as") { Description = "reporting-agent, ana or bea.", Required = true, HelpName = "NAME" };
        var command = new Command("token", "Print an access token of the demo's identity provider: the password for psql and any other Postgres client.") { name };
        command.SetAction(async (parsed, cancel) =>
        {
            var token = await TokenClient.ForAsync(parsed.GetRequiredValue(name), options.Endpoints(parsed, host).RequireIdentity(), cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(token);
            else host.Out.WriteLine(token.Token);
            return ExitCodes.Ok;
        });
        return command;
    }
}
