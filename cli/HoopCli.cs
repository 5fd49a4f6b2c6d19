using System.CommandLine;
using Hoop.Cli.Commands;
using Hoop.Cli.Output;

namespace Hoop.Cli;

/// <summary>The whole command: parse, run, one line for every error.</summary>
internal static class HoopCli
{
    public static async Task<int> RunAsync(string[] args, CliHost host, CancellationToken cancel = default)
    {
        var parsed = Root(host).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            var command = CommandPath(parsed.CommandResult.Command);
            return Fail(host, ExitCodes.Usage, $"{parsed.Errors[0].Message.TrimEnd('.')}. See {command} --help.");
        }
        try
        {
            // Ctrl-C is the program's to hear: two who do would cancel two different things.
            return await parsed.InvokeAsync(
                new InvocationConfiguration { Output = host.Out, Error = host.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancel);
        }
        catch (CliException e)
        {
            return Fail(host, e.ExitCode, e.Message);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ExitCodes.Cancelled;
        }
        catch (IOException e)
        {
            return Fail(host, ExitCodes.Refused, e.Message);
        }
        catch (UnauthorizedAccessException e)
        {
            return Fail(host, ExitCodes.Refused, e.Message);
        }
    }

    private static RootCommand Root(CliHost host)
    {
        var options = new CommonOptions();
        return new RootCommand("Hoop: approve requests, revoke grants, look at sessions, check policies and evidence.")
        {
            options.Json, options.Portal, options.Identity,
            TokenCommand.Create(options, host),
            RequestsCommand.Create(options, host),
            GrantsCommand.Create(options, host),
            ReviewsCommand.Create(options, host),
            NotificationsCommand.Create(options, host),
            SessionsCommand.Create(options, host),
            ExportCommand.Create(options, host),
            HoldsCommand.Create(options, host),
            EvidenceCommand.Create(options, host),
            RetentionCommand.Create(options, host),
            VerifyCommand.Create(options, host),
            PolicyCommand.Create(options, host),
            DoctorCommand.Create(options, host),
        };
    }

    private static string CommandPath(Command command)
    {
        var names = new List<string>();
        for (Symbol? symbol = command; symbol is Command; symbol = symbol.Parents.FirstOrDefault())
            names.Insert(0, symbol is RootCommand ? "hoop" : symbol.Name);
        return string.Join(' ', names);
    }

    private static int Fail(CliHost host, int code, string message)
    {
        host.Error.WriteLine($"hoop: {SafeText.Line(message)}");
        return code;
    }
}
