using Hoop.Cli;

using var cancel = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    cancel.Cancel();
};
return await HoopCli.RunAsync(args, new CliHost(Console.Out, Console.Error, Environment.GetEnvironmentVariable, TimeProvider.System), cancel.Token);
