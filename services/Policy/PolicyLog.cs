namespace Hoop.Policy;

/// <summary>Event ids 2001–2099.</summary>
internal static partial class PolicyLog
{
    [LoggerMessage(2001, LogLevel.Information, "Policy version {Version} ({Digest}) is active, from {Source} by {By}")]
    public static partial void Activated(this ILogger logger, long version, string digest, string source, string by);

    [LoggerMessage(2002, LogLevel.Error, "{File}:{Line}: {Message}")]
    public static partial void Mistake(this ILogger logger, string file, int line, string message);

    [LoggerMessage(2003, LogLevel.Error, "{File} was not activated; version {Version} stays in force")]
    public static partial void KeptLastGood(this ILogger logger, string file, long version);

    [LoggerMessage(2004, LogLevel.Critical, "No policy to serve: {File} has {Count} mistakes (above) and none was active before; mend it and start again")]
    public static partial void NothingToServe(this ILogger logger, string file, int count);

    [LoggerMessage(2005, LogLevel.Warning, "The database does not answer ({Error}); trying again")]
    public static partial void DatabaseUnreachable(this ILogger logger, string error);

    [LoggerMessage(2007, LogLevel.Warning, "The policy names no issuer and there is no default one: nobody can log in; add identity.issuers")]
    public static partial void NoIssuer(this ILogger logger);

    [LoggerMessage(2008, LogLevel.Information, "No policy yet, and Hoop__ConfigFile names no file: waiting for POST /documents")]
    public static partial void WaitingForFirst(this ILogger logger);
}
