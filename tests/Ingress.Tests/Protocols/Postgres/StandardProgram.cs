using System.Diagnostics;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>PostgreSQL's own programs, as people run them.</summary>
internal static class StandardProgram
{
    /// <summary>One that is not on the path.</summary>
    internal static string PathOf(string name) => Path.Combine(Directory.GetDirectories("/usr/lib/postgresql").Order().Last(), "bin", name);

    /// <summary>Runs it to its end; what it wrote is in the test's output, too.</summary>
    internal static async Task<(int Exit, string Text)> RunAsync(string program, string arguments, string password)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PGPASSWORD"] = password;
        using var process = Process.Start(start)!;
        var (standard, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(patience.Token);
        var text = await standard + await error;
        TestContext.Current.TestOutputHelper!.WriteLine(text);
        return (process.ExitCode, text);
    }
}
