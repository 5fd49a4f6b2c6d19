using System.Diagnostics;
using Hoop.AppHost.Local.Running;

namespace Hoop.AppHost.Local.Recipes;

sealed record LaunchableCommand(string FileName, params IReadOnlyList<string> Arguments)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string Input { get; init; } = "";

    public string? User { get; init; }

    public ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo("setpriv")
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["--no-new-privs", .. ProcessLauncher.SwitchUser(User), "--", FileName, .. Arguments])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return start;
    }
}
