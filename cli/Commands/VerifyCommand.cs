using System.CommandLine;
using Hoop.Audit.Chain.Bundles;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop verify FILE</c>: needs nothing but the file.</summary>
internal static class VerifyCommand
{
    public static Command Create(CommonOptions options, CliHost host)
    {
        var file = new Argument<string>("FILE") { Description = "Evidence saved by hoop export." };
        var key = new Option<string?>("--key") { Description = "Public key (base64) that must have signed it; else compare the fingerprint that is printed.", HelpName = "KEY" };
        var command = new Command("verify", "Check offline that a session's evidence was not changed since it was signed.") { file, key };
        command.SetAction(async (parsed, cancel) =>
        {
            var path = parsed.GetRequiredValue(file);
            if (!File.Exists(path)) throw CliException.Refused($"{path}: there is no such file.");
            var result = await BundleVerifier.VerifyAsync(path, parsed.GetValue(key), null, cancel);
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(result);
            if (!result.Ok) throw CliException.Refused($"{path}: NOT intact: {result.Message}");
            if (!parsed.GetValue(options.Json)) Print(options.Screen(host), result);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(Screen screen, VerifyResult result)
    {
        screen.Line($"✓ {SafeText.Line(result.Message)}");
        screen.Line($"  signed by the key with fingerprint {result.KeyFingerprint}{(result.Ended ? "" : "; exported while the session ran")}");
    }
}
