namespace Hoop.Cli;

/// <summary>What a command touches of the world around it.</summary>
internal sealed record CliHost(TextWriter Out, TextWriter Error, Func<string, string?> Environment, TimeProvider Clock);
