using System.CommandLine;
using Hoop.Cli.Doctor;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop doctor</c>: one line for each part, and what to do about it.</summary>
internal static class DoctorCommand
{
    private const string DemoAgent = "reporting-agent";

    public static Command Create(CommonOptions options, CliHost host)
    {
        var target = new Option<string>("--target") { Description = "The target to log in to.", DefaultValueFactory = _ => "shop", HelpName = "NAME" };
        var name = new Option<string>("--as") { Description = "Whom to act for.", DefaultValueFactory = _ => DemoAgent, HelpName = "NAME" };
        var command = new Command("doctor", "Look at everything a client needs: portal, identity, token, TLS and log-in to a target.") { target, name };
        command.SetAction(async (parsed, cancel) =>
        {
            var endpoints = options.Endpoints(parsed, host);
            var principal = parsed.GetValue(name) ?? DemoAgent;
            Func<Task<string>> token = async () => host.Environment("HOOP_TOKEN") is { Length: > 0 } given
                ? given
                : (await Identity.TokenClient.ForAsync(principal, endpoints.RequireIdentity(), cancel)).Token;
            var checks = await new Examination(endpoints, token, parsed.GetValue(target)!, principal, cancel).RunAsync();
            Print(options.Screen(host), checks, parsed.GetValue(options.Json));
            return checks.All(c => c.Ok) ? ExitCodes.Ok : checks.Any(c => c.Ok) ? ExitCodes.Refused : ExitCodes.Unreachable;
        });
        return command;
    }

    private static void Print(Screen screen, IReadOnlyList<Check> checks, bool json)
    {
        if (json)
        {
            screen.Json(checks);
            return;
        }
        foreach (var check in checks)
            screen.Line(SafeText.Line($"{(check.Ok ? "✓" : "✗")} {check.Id,-9} {check.Message}{(check.Fix is null ? "" : $" → {check.Fix}")}"));
    }
}
