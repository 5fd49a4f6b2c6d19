using System.Globalization;
using Hoop.Approval.Portal.Statements;

namespace Hoop.Approval.Portal.Parts;

/// <summary>How the portal puts things.</summary>
internal static class Wording
{
    public static string RiskOf(string effect) => effect switch
    {
        "read" => "calm",
        "write" or "lock" or "session" => "careful",
        _ => "risky",
    };

    /// <summary>The style of a piece of a statement.</summary>
    public static string? ClassOf(SqlTokenKind kind) => kind switch
    {
        SqlTokenKind.Keyword => "kw",
        SqlTokenKind.Text => "str",
        SqlTokenKind.Number => "num",
        SqlTokenKind.Parameter => "par",
        SqlTokenKind.Comment => "rem",
        SqlTokenKind.QuotedName => "qid",
        SqlTokenKind.Hidden => "hidden-character",
        _ => null,
    };

    public static string Share(long part, long whole) =>
        whole == 0 ? "–" : ((double)part / whole).ToString("0 %", CultureInfo.InvariantCulture);

    public static string Count(long count, string one, string many) => count == 1 ? $"1 {one}" : $"{count.ToString("N0", CultureInfo.InvariantCulture)} {many}";

    public static string Meaning(string effect) => effect switch
    {
        "read" => "Reads data",
        "write" => "Inserts, changes or removes rows",
        "mass-write" => "Changes or removes all rows of a table",
        "ddl" => "Creates or alters tables, functions or other objects",
        "destructive" => "Removes objects or all rows",
        "privilege" => "Changes rights or roles",
        "code-exec" => "Runs a program or loads code on the server",
        "file-access" => "Reads or writes the server's files",
        "network" => "Reaches out over the network",
        "session" => "Changes who or what the session is",
        "dynamic" => "Runs text that is built while it runs",
        "lock" => "Takes locks or touches other sessions",
        "hidden-character" => "Characters that are not seen, look like others, or put others out of sight",
        _ => "Its effects are not known",
    };

    /// <summary>About how long, in the two largest units: <c>1 h 5 min</c>, <c>4 min 20 s</c>, <c>9 s</c>.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        _ when time < TimeSpan.Zero => "0 s",
        { TotalDays: >= 1 } => $"{(int)time.TotalDays} d {time.Hours} h",
        { TotalHours: >= 1 } => $"{time.Hours} h {time.Minutes} min",
        { TotalMinutes: >= 1 } => $"{time.Minutes} min {time.Seconds} s",
        _ => $"{time.Seconds} s",
    };

    /// <summary>A place in a recording: <c>00:04.250</c>, <c>1:02:03.000</c>.</summary>
    public static string Clock(TimeSpan time) => time.TotalHours >= 1
        ? $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}.{time.Milliseconds:000}" : $"{time.Minutes:00}:{time.Seconds:00}.{time.Milliseconds:000}";

    public static string Ago(DateTimeOffset at, DateTimeOffset now) => now - at < TimeSpan.FromSeconds(5) ? "just now" : $"{Coarse(now - at)} ago";

    public static string Exact(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>One line of a statement, for lists.</summary>
    public static string Excerpt(string statement)
    {
        var line = string.Join(' ', statement.Split((char[]?)null, 200, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 180 ? line : line[..180] + "…";
    }

    public static string People(int count) => count == 1 ? "1 person" : $"{count} people";

    private static string Coarse(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => $"{(int)time.TotalDays} d",
        { TotalHours: >= 1 } => $"{time.Hours} h",
        { TotalMinutes: >= 1 } => $"{time.Minutes} min",
        _ => $"{time.Seconds} s",
    };
}
