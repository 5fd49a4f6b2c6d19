using System.CommandLine;
using System.Text;
using Hoop.Cli.Output;
using Hoop.Contracts.Documents;
using Hoop.Policy.Engine;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop policy check FILE</c>: offline, one line for every mistake.</summary>
internal static class PolicyCommand
{
    public static Command Create(CommonOptions options, CliHost host)
    {
        var file = new Argument<string>("FILE") { Description = "A hoop.yaml." };
        var check = new Command("check", "Find every mistake in a hoop.yaml, with its line.") { file };
        check.SetAction(async (parsed, cancel) =>
        {
            var path = parsed.GetRequiredValue(file);
            if (!File.Exists(path)) throw CliException.Refused($"{path}: there is no such file.");
            var result = HoopYaml.Read(await File.ReadAllTextAsync(path, Encoding.UTF8, cancel));
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(result.Errors.Select(e => new { id = $"{path}:{e.Line}:{e.Column}", e.Line, e.Column, e.Message }));
            else if (result.Document is { } document) options.Screen(host).Line($"{path}: no mistakes ({Summary(document)}).");
            else foreach (var error in result.Errors) await host.Error.WriteLineAsync($"{path}:{error.Line}: {SafeText.Line(error.Message)}");
            return result.Document is null ? ExitCodes.Refused : ExitCodes.Ok;
        });
        return new Command("policy", "Policies.") { check };
    }

    private static string Summary(HoopDocument document) => string.Join(", ",
        Count(document.Targets.Count, "target"), Count(document.Roles.Count, "role"),
        document.Policies.Count == 1 ? "1 policy" : $"{document.Policies.Count} policies", Count(document.Masks.Count, "mask"));

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
