using System.ComponentModel;
using System.Diagnostics;
using Aspire.Hosting;

namespace Hoop.AppHost.Local.Recipes;

/// <summary>Short helper commands that run to their end.</summary>
static class Shell
{
    /// <summary>Standard output; a failure becomes an exception with the command's own words.</summary>
    public static async Task<string> RunAsync(LaunchableCommand command, CancellationToken cancellationToken)
    {
        var (code, output, error) = await TryAsync(command, cancellationToken);
        return code == 0
            ? output
            : throw new DistributedApplicationException($"{Path.GetFileName(command.FileName)} failed: {LastLines(error.Length > 0 ? error : output)}");
    }

    public static async Task<(int ExitCode, string Output, string Error)> TryAsync(LaunchableCommand command, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(command.StartInfo())!;
            try
            {
                await process.StandardInput.WriteAsync(command.Input.AsMemory(), cancellationToken);
                process.StandardInput.Close();
                var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
                var error = process.StandardError.ReadToEndAsync(cancellationToken);
                await process.WaitForExitAsync(cancellationToken);
                return (process.ExitCode, await output, await error);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return (127, "", e.Message);
        }
    }

    static string LastLines(string text) => string.Join(" / ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(3));
}
