using System.Diagnostics;

namespace Hoop.AppHost.Local.Running;

/// <summary>A started child and everything it starts in turn.</summary>
sealed class ChildProcess
{
    const int MostLooks = 200;
    static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1), BetweenLooks = TimeSpan.FromMilliseconds(5);

    readonly Process _process;
    readonly int _stopSignal;
    readonly Task _output;

    public ChildProcess(Process process, int stopSignal, LogBuffer log)
    {
        _process = process;
        _stopSignal = stopSignal;
        Id = process.Id;
        process.StandardInput.Close();
        _output = Task.WhenAll(log.CopyAsync(process.StandardOutput), log.CopyAsync(process.StandardError));
        Exited = ExitAsync();
    }

    public int Id { get; }

    /// <summary>Completes with the exit code; descendants that outlived the child are gone by then.</summary>
    public Task<int> Exited { get; }

    /// <summary>Asks, waits, then kills it with all its descendants.</summary>
    public async Task StopAsync(TimeSpan grace, TimeProvider time, CancellationToken killing)
    {
        Signals.Send(Id, _stopSignal);
        try
        {
            await Exited.WaitAsync(grace, time, killing);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            KillAll();
            await Exited;
        }
    }

    async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync();
        // Dying takes a moment, and one that is being forked is not in the table yet. What the kernel itself holds is not waited for.
        for (var looks = 0; KillAll() && looks < MostLooks; looks++)
            await Task.Delay(BetweenLooks);
        // Its last words, which say why; somebody who left the session could keep the pipe open for ever.
        await Task.WhenAny(_output, Task.Delay(LastWords));
        return _process.ExitCode;
    }

    /// <returns>There was somebody to kill.</returns>
    bool KillAll()
    {
        var left = ProcessTable.Of(Id);
        foreach (var id in left)
            Signals.Send(id, Signals.Kill);
        return left.Count > 0;
    }
}
