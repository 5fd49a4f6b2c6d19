namespace Hoop.Approval.Portal.SignIn;

internal static partial class SignInLog
{
    [LoggerMessage(4501, LogLevel.Warning, "A sign-in to the portal failed: {Why}")]
    public static partial void SignInFailed(this ILogger logger, string why);

    [LoggerMessage(4503, LogLevel.Warning, "Could not look up a sign-in to the portal ({Error}), so it does not count")]
    public static partial void SignInUnknown(this ILogger logger, string error);

    [LoggerMessage(4502, LogLevel.Warning, "Signed out of the portal only: {Why}")]
    public static partial void SignOutIncomplete(this ILogger logger, string why);
}
