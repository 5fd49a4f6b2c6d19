namespace Hoop.Ingress.Snapshots;

internal static partial class SnapshotLog
{
    [LoggerMessage(2201, LogLevel.Information, "Policy and masks version {Version} in force ({Source}, {At:u})")]
    internal static partial void SnapshotActivated(this ILogger logger, long version, string source, DateTimeOffset at);

    [LoggerMessage(2202, LogLevel.Error, "Policy and masks version {Version} could not be compiled; the last good stays")]
    internal static partial void SnapshotRefused(this ILogger logger, Exception error, long version);

    [LoggerMessage(2203, LogLevel.Warning, "Masking does not answer ({Error}); version {Version} stays in force")]
    internal static partial void MasksUnreachable(this ILogger logger, string error, long? version);

    [LoggerMessage(2204, LogLevel.Error, "Policy and masks version {Version} are in force but could not be kept on disk ({Error}); a restart without Policy would begin with older ones: free or repair the disk")]
    internal static partial void SnapshotNotKept(this ILogger logger, long version, string error);
}
