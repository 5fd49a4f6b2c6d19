namespace Hoop.Ingress.Approvals.Grants;

internal static partial class GrantsLog
{
    [LoggerMessage(2151, LogLevel.Information, "Grant {Grant} of {Principal} on {Target} is open until {Until}")]
    internal static partial void GrantOpened(this ILogger logger, Guid grant, string principal, string target, DateTimeOffset until);

    [LoggerMessage(2152, LogLevel.Information, "Grant {Grant} is over: {Cause}")]
    internal static partial void GrantEnded(this ILogger logger, Guid grant, string cause);

    [LoggerMessage(2153, LogLevel.Warning, "Approval's list of grants cannot be read ({Error}); without it no grant is used")]
    internal static partial void GrantsUnreachable(this ILogger logger, string error);

    [LoggerMessage(2154, LogLevel.Warning, "Uses of grants could not be told ({Error}); they are told again")]
    internal static partial void UsesNotTold(this ILogger logger, string error);
}
