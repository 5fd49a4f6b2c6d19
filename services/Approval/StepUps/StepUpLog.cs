namespace Hoop.Approval.StepUps;

internal static partial class StepUpLog
{
    [LoggerMessage(4601, LogLevel.Information, "{Principal} registered a passkey")]
    public static partial void PasskeyRegistered(this ILogger logger, string principal);

    [LoggerMessage(4602, LogLevel.Information, "{Principal} removed a passkey")]
    public static partial void PasskeyRemoved(this ILogger logger, string principal);

    [LoggerMessage(4603, LogLevel.Warning, "A passkey's answer for {Principal} was refused ({Reason})")]
    public static partial void PasskeyRefused(this ILogger logger, string principal, string reason);
}
