using System.Globalization;

namespace Hoop.Approval.Portal.Parts;

/// <summary>How a preview's figures are put.</summary>
internal static class PreviewWording
{
    public static string Rows(double? rows) => rows is { } count ? "≈ " + count.ToString("N0", CultureInfo.InvariantCulture) : "unknown";

    public static string Size(long? bytes) => bytes switch
    {
        null => "unknown",
        < 10 * 1024 => $"{bytes} B",
        < 10L * 1024 * 1024 => $"{bytes / 1024} KiB",
        < 10L * 1024 * 1024 * 1024 => $"{bytes / (1024 * 1024)} MiB",
        _ => $"{bytes / (1024L * 1024 * 1024)} GiB",
    };

    /// <summary>What a lock keeps others from (https://www.postgresql.org/docs/current/explicit-locking.html).</summary>
    public static string Lock(string mode) => mode switch
    {
        "AccessShareLock" => "read: only DROP, TRUNCATE and the like wait",
        "RowShareLock" => "rows chosen for change",
        "RowExclusiveLock" => "rows changed: others read and change other rows",
        "ShareUpdateExclusiveLock" => "schema changes and VACUUM wait",
        "ShareLock" => "changes of others wait",
        "ShareRowExclusiveLock" => "changes of others wait",
        "ExclusiveLock" => "others may only read",
        "AccessExclusiveLock" => "everybody waits, readers too",
        _ => mode,
    };
}
