using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace Hoop.AppHost.Local.Running;

/// <summary>
/// Starts children that die with us. The kernel ties the parent-death signal to the <em>thread</em> that forked, and pool threads
/// come and go, so one thread that lives as long as the launcher starts them all.
/// </summary>
sealed class ProcessLauncher : IDisposable
{
    readonly BlockingCollection<Action> _work = [];

    public ProcessLauncher() =>
        new Thread(() =>
        {
            foreach (var action in _work.GetConsumingEnumerable())
                action();
        })
        { IsBackground = true, Name = "process launcher" }.Start();

    public Task<ChildProcess> StartAsync(LaunchSpec spec, LogBuffer log)
    {
        var started = new TaskCompletionSource<ChildProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                started.SetResult(new ChildProcess(Process.Start(StartInfo(spec))!, spec.StopSignal, log));
            }
            catch (Exception e) when (e is Win32Exception or InvalidOperationException)
            {
                started.SetException(new Aspire.Hosting.DistributedApplicationException($"{spec.FileName} could not be started: {e.Message}"));
            }
        });
        return started.Task;
    }

    public void Dispose() => _work.CompleteAdding();

    /// <summary>
    /// A session of its own: the terminal's Ctrl-C must reach us alone (we stop in order), and all descendants can be found.
    /// </summary>
    static ProcessStartInfo StartInfo(LaunchSpec spec)
    {
        var start = new ProcessStartInfo("setsid")
        {
            WorkingDirectory = spec.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["setpriv", "--pdeathsig", "TERM", .. SwitchUser(spec.User), "--", spec.FileName, .. spec.Arguments])
            start.ArgumentList.Add(argument);
        if (!spec.InheritEnvironment)
        {
            start.Environment.Clear();
            start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
            start.Environment["LANG"] = "C.UTF-8";
        }
        foreach (var (name, value) in spec.Environment)
            start.Environment[name] = value;
        return start;
    }

    public static IEnumerable<string> SwitchUser(string? user) =>
        user is not null && Environment.IsPrivilegedProcess ? [$"--reuid={user}", $"--regid={user}", "--init-groups"] : [];
}
