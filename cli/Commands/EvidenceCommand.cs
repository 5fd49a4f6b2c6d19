using System.CommandLine;
using System.Text;
using System.Text.Json;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop evidence check</c></summary>
internal static class EvidenceCommand
{
    public static Command Create(CommonOptions options, CliHost host) => new("evidence", "Stored evidence: check it where it lies.") { Check(options, host) };

    private static Command Check(CommonOptions options, CliHost host)
    {
        var command = new Command("check", "Have Audit read every event and the whole signed log, and say what was changed in its database.") { options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var answer = await (await options.ApiAsync(parsed, host, cancel)).StreamAsync("/api/evidence/check", cancel);
            using var lines = new StreamReader(answer, Encoding.UTF8);
            JsonElement? report = null;
            while (await lines.ReadLineAsync(cancel) is { } line)
                report = JsonSerializer.Deserialize<JsonElement>(line);
            if (report is not { } found || found.Child("ok") is null)
                throw CliException.Unreachable("the check ended without a report: see the log of audit, and try again.");
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(found);
            else Print(options.Screen(host), found);
            return found.Text("ok") == "true" ? ExitCodes.Ok : ExitCodes.Refused;
        });
        return command;
    }

    private static void Print(Screen screen, JsonElement report)
    {
        var size = $"{report.Text("events")} events of {report.Text("sessions")} sessions, {report.Text("logSize")} entries of the signed log";
        screen.Line(report.Text("ok") == "true" ? $"✓ intact: {size}" : $"✗ NOT intact: {report.Text("found")} problems in {size}");
        if (report.Text("incomplete") is not ("" or "0")) screen.Line($"  {report.Text("incomplete")} sessions have a gap: an Ingress has not sent those events yet, or lost them");
        if (report.Child("refused") is { ValueKind: JsonValueKind.Object } refused && refused.Text("count") is not ("" or "0"))
            screen.Line(SafeText.Line($"  {refused.Text("count")} events were refused and kept as evidence of tampering, the newest {refused.Text("newest")}"));
        foreach (var problem in report.Child("problems") is { ValueKind: JsonValueKind.Array } problems ? problems.EnumerateArray().ToList() : [])
            screen.Line(SafeText.Line($"  {(problem.Text("session") is { Length: > 0 } session ? $"session {session}: " : "")}{problem.Text("message")}"));
    }
}
