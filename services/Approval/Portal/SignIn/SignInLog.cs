namespace Hoop.Approval.Portal.SignIn;

internal static partial class SignInLog
{
    [LoggerMessage(4501, LogLevel.Warning, "A sign-in to the portal failed: {Why}")]
    public static partial void SignInFailed(this ILogger logger, string why);

    [LoggerMessage(4502, LogLevel.Warning, "Signed out of the portal only: {Why}")]
    public static partial void SignOutIncomplete(this ILogger logger, string why);
}
