namespace Hoop.Cli;

/// <summary>Ends the command with one line on standard error.</summary>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    public static CliException Refused(string message) => new(ExitCodes.Refused, message);

    public static CliException Usage(string message) => new(ExitCodes.Usage, message);

    public static CliException Unreachable(string message) => new(ExitCodes.Unreachable, message);
}

internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>Refused, not found, or not as it should be.</summary>
    public const int Refused = 1;

    public const int Usage = 2;

    /// <summary>Something does not answer.</summary>
    public const int Unreachable = 3;

    public const int Cancelled = 130;
}
