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
        // The user's own clients may be told so to use TLS, or another server.
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("PG", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return start;
    }
}
