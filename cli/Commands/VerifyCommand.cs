using System.CommandLine;
using Hoop.Verify;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop verify FILE</c>: hands over to <c>hoop-verify</c>, the one program that checks evidence.</summary>
internal static class VerifyCommand
{
    public static Command Create(CommonOptions options, CliHost host)
    {
        var file = new Argument<string>("FILE") { Description = "Evidence saved by hoop export: a session's (.jsonl) or an export (.zip)." };
        var key = new Option<string?>("--key") { Description = "The key that must have signed: its fingerprint, the public key (base64), or a file with it (PEM, DER); else compare the fingerprint that is printed.", HelpName = "KEY" };
        var log = new Option<string?>("--log") { Description = "The checkpoints that a sink kept, a file or a folder: finds events that were left off the end.", HelpName = "CHECKPOINTS" };
        var command = new Command("verify", "Check offline that evidence was not changed since it was signed.") { file, key, log };
        command.SetAction((parsed, _) =>
        {
            List<string> arguments = [parsed.GetRequiredValue(file)];
            foreach (var option in new[] { key, log })
                if (parsed.GetValue(option) is { } value)
                    arguments.AddRange([option.Name, value]);
            if (parsed.GetValue(options.Json))
                arguments.Add("--json");
            return VerifyProgram.RunAsync(arguments, host.Out, host.Error);
        });
        return command;
    }
}
