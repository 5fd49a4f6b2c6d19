namespace Hoop.Masking;

/// <summary>Event ids 3001–3099.</summary>
internal static partial class MaskingLog
{
    [LoggerMessage(3001, LogLevel.Information, "Masks of policy version {Version} ({Digest}) are active")]
    public static partial void Activated(this ILogger logger, long version, string digest);

    [LoggerMessage(3002, LogLevel.Error, "The masks of policy version {Version} cannot be used ({Error}); those of the version before stay in force")]
    public static partial void Unusable(this ILogger logger, long version, string error);

    [LoggerMessage(3003, LogLevel.Warning, "The database does not answer ({Error}); trying again")]
    public static partial void DatabaseUnreachable(this ILogger logger, string error);
}
