using System.Diagnostics;
using System.Text;

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>A process of the system under test, by its id: what it was started with, and how it is stopped, frozen and killed.</summary>
internal sealed class RunningProcess(int pid)
{
    public IReadOnlyDictionary<string, string?> Environment =>
        Strings("environ").Select(entry => entry.Split('=', 2)).ToDictionary(entry => entry[0], entry => (string?)entry[1]);

    public string[] Command => Strings("cmdline");

    public string Directory => new DirectoryInfo($"/proc/{pid}/cwd").ResolveLinkTarget(true)!.FullName;

    public void Kill()
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Neither answers nor ends, until the answer is disposed.</summary>
    public IDisposable Freeze()
    {
        Signal("STOP");
        return new Frozen(this);
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", pid.ToString()]);
        kill.WaitForExit();
        if (kill.ExitCode != 0) throw new InvalidOperationException($"Process {pid} could not be sent SIG{signal}.");
    }

    private string[] Strings(string file) => Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/{file}")).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    private sealed class Frozen(RunningProcess process) : IDisposable
    {
        public void Dispose() => process.Signal("CONT");
    }
}
