using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Hoop.Testing;

/// <summary>
/// A child that dies with this process. The kernel ties the parent-death signal to the *thread* that forked, and pool threads
/// come and go, so one thread of its own starts the child and stays for as long as the child lives.
/// </summary>
public sealed class ChildProcess
{
    private readonly Process _process;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Exception?> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly List<(Regex Pattern, TaskCompletionSource Seen)> _waiters = [];

    private ChildProcess(ProcessStartInfo start)
    {
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardInput = true;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Saw(e.Data);
        _process.ErrorDataReceived += (_, e) => Saw(e.Data);
    }

    public int Id => _process.Id;

    public Task Exited => _exited.Task;

    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines it wrote, for error messages.</summary>
    public string Output => string.Join('\n', _lines);

    public static async Task<ChildProcess> StartAsync(string file, IEnumerable<string> arguments)
    {
        var child = new ChildProcess(new ProcessStartInfo(file, arguments));
        new Thread(child.Run) { IsBackground = true, Name = "child " + file }.Start();
        var failure = await child._started.Task;
        return failure is null ? child : throw new InvalidOperationException($"Could not start {file}: {failure.Message}", failure);
    }

    /// <summary>Completes when a line of output matches; fails when the process ends first.</summary>
    public async Task SeenAsync(Regex pattern)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiters)
        {
            if (_lines.Any(pattern.IsMatch)) return;
            _waiters.Add((pattern, seen));
        }
        if (await Task.WhenAny(seen.Task, Exited) != seen.Task)
            throw new InvalidOperationException($"{_process.StartInfo.FileName} ended before it was ready:\n{Output}");
    }

    public void Signal(string name)
    {
        if (_exited.Task.IsCompleted) return;
        using var kill = Process.Start("kill", ["-s", name, Id.ToString()]);
        kill.WaitForExit();
    }

    private void Run()
    {
        try
        {
            _process.Start();
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            _started.SetResult(null);
        }
        catch (Exception e)
        {
            _started.SetResult(e);
            return;
        }
        _process.WaitForExit();
        _exited.SetResult();
    }

    private void Saw(string? line)
    {
        if (line is null) return;
        lock (_waiters)
        {
            _lines.Enqueue(line);
            if (_lines.Count > 200) _lines.TryDequeue(out _);
            foreach (var (pattern, seen) in _waiters)
                if (pattern.IsMatch(line)) seen.TrySetResult();
        }
    }
}
