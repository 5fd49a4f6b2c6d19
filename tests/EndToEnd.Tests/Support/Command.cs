using System.Diagnostics;
using System.Text;

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>What a finished command said.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>Both streams, for assertions on what somebody sees.</summary>
    public string All => Output + Error;

    public override string ToString() => $"exit {ExitCode}\n{Output}\n{Error}";
}

/// <summary>A child process whose output can be awaited line by line while it runs.</summary>
public sealed class Command : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();
    private readonly Task reading;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Command(Process process)
    {
        this.process = process;
        reading = Task.WhenAll(ReadAsync(process.StandardOutput, output), ReadAsync(process.StandardError, error));
    }

    public int ProcessId => process.Id;

    public bool HasExited => process.HasExited;

    public string Seen
    {
        get
        {
            lock (output) return output.ToString() + error;
        }
    }

    public static Command Start(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? directory = null)
    {
        var start = new ProcessStartInfo(file)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = directory ?? Repository.Root,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        return new Command(Process.Start(start)!);
    }

    public static async Task<CommandResult> RunAsync(
        string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? input = null, int seconds = 60, string? directory = null)
    {
        await using var command = Start(file, arguments, environment, directory);
        if (input is not null) await command.SendAsync(input);
        command.process.StandardInput.Close();
        return await command.WaitAsync(seconds);
    }

    public async Task SendAsync(string text)
    {
        await process.StandardInput.WriteAsync(text);
        await process.StandardInput.FlushAsync();
    }

    public void CloseInput() => process.StandardInput.Close();

    /// <param name="signal">As for kill(1): <c>INT</c>, <c>TERM</c>, <c>KILL</c>.</param>
    public void Signal(string signal) => Process.Start("kill", [$"-{signal}", process.Id.ToString()])!.WaitForExit();

    /// <summary>Waits until standard output or error contains the text.</summary>
    public async Task<string> SawAsync(string text, int seconds = 30)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (true)
        {
            Task next;
            lock (output) next = changed.Task;
            if (Seen.Contains(text, StringComparison.Ordinal)) return Seen;
            if (reading.IsCompleted) throw new InvalidOperationException($"The command ended without saying '{text}':\n{Seen}");
            try
            {
                await Task.WhenAny(next, reading).WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"'{text}' was not seen in {seconds} s:\n{Seen}");
            }
        }
    }

    public async Task<CommandResult> WaitAsync(int seconds = 60)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        try
        {
            await process.WaitForExitAsync(patience.Token);
            await reading.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The command did not end in {seconds} s:\n{Seen}");
        }
        lock (output) return new CommandResult(process.ExitCode, output.ToString(), error.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader, StringBuilder into)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is > 0 and var count)
            lock (output)
            {
                into.Append(buffer, 0, count);
                changed.TrySetResult();
                changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
    }
}
